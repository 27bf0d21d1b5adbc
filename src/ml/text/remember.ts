const MOST = 10_000;

/** A function of a text that answers each text once: for names, of which there are few. */
export function remember<Value>(answer: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined || known.has(text)) return before as Value;
    if (known.size >= MOST) known.clear();
    const value = answer(text);
    known.set(text, value);
    return value;
  };
}

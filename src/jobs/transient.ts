/**
 * Whether an error says something about the database's state at this moment and nothing about the
 * data: the same work may succeed later.
 */
export function isTransient(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return TRANSIENT_CODE.test(code);
  return (
    typeof message === 'string' &&
    /^(Connection terminated|Client has encountered|timeout e)/.test(message)
  );
}

// Connection (08), resources (53), shutdown and start (57P), serialization and deadlock (40), and the
// system errors of a socket.
const TRANSIENT_CODE = /^(08|53|57P|40)|^E(CONN|PIPE|HOST|NET|TIMEDOUT|AI_AGAIN)/;

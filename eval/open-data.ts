/**
 * The data of a set or a pair; undefined, and said so, where its files are not in `folder`.
 * @throws whatever else is wrong with them
 */
export function openData<Data>(
  of: { readonly title: string; open(folder: string): Data },
  folder: string,
): Data | undefined {
  try {
    return of.open(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    console.log(`${of.title}: skipped, its data is not under ${folder} (CAMEO_DATA).`);
    return undefined;
  }
}

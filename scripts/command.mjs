/**
 * Runs a command of `npm run`: what it throws is for a person to read, so without a stack.
 *
 * @param {() => Promise<number | undefined>} act its exit status, 0 when undefined
 */
export async function command(act) {
  try {
    process.exitCode = (await act()) ?? 0;
  } catch (error) {
    console.error(`cameo: ${error.message}`);
    process.exitCode = 1;
  }
}

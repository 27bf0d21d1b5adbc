// Prints the counts in a file of `jest --json`. A test file that could not run at all counts as a
// failure, and so does a Jest that left no counts.
import { readFileSync } from 'node:fs';

const results = read(process.argv[2]);
const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
const skipped = results.numPendingTests + results.numTodoTests;
const counts = [`${results.numPassedTests} passed`, `${failed} failed`];
if (skipped > 0) counts.push(`${skipped} skipped`);
console.log(counts.join(', '));
process.exitCode = failed > 0 ? 1 : 0;

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    console.error('Jest ended before it had counted');
    return {
      ...{ numPassedTests: 0, numPendingTests: 0, numTodoTests: 0, numFailedTests: 0 },
      numRuntimeErrorTestSuites: 1,
    };
  }
}

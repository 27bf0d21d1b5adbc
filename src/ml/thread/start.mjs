// A thread does not inherit its process's loader of TypeScript: it brings its own.
import { register } from 'tsx/esm/api';

register();
const [, , module] = process.argv;
await import(module);

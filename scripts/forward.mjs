import { connect, createServer } from 'node:net';

/** Passes connections to `host`:`port` on to the same machine's loopback `target`, byte by byte. */
export function forward({ host, port, target }) {
  return createServer((outside) => {
    const inside = connect(target, '127.0.0.1');
    outside.pipe(inside).pipe(outside);
    outside.once('error', () => inside.destroy());
    inside.once('error', () => outside.destroy());
  }).listen(port, host);
}

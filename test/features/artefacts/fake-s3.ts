import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on this machine that plays the part of S3 that the store uses, on a bucket of its own. */
export interface FakeS3 {
  readonly endpoint: string;
  /** By key. */
  readonly objects: Map<string, Buffer>;
  /** The requests so far: `PUT key`. */
  readonly requests: string[];
  close(): Promise<void>;
}

const MODIFIED = '2026-01-02T03:04:05.000Z';

export async function startFakeS3(): Promise<FakeS3> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://s3');
    const key = decodeURIComponent(url.pathname).replace(/^\/bucket\/?/, '');
    requests.push(`${request.method} ${key}`);
    if (!request.headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=key/')) {
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const found = objects.get(key);
    if (request.method === 'PUT') {
      objects.set(key, Buffer.concat(chunks));
      response.writeHead(200, { etag: '"1"' }).end();
    } else if (request.method === 'DELETE') {
      objects.delete(key);
      response.writeHead(204).end();
    } else if (key === '') {
      response.writeHead(200, { 'content-type': 'application/xml' });
      response.end(listing(objects, url.searchParams.get('prefix') ?? ''));
    } else if (found === undefined) response.writeHead(404).end();
    else {
      response.writeHead(200, { 'content-length': found.length, etag: '"1"' });
      response.end(request.method === 'HEAD' ? undefined : found);
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}/bucket`,
    objects,
    requests,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

function listing(objects: ReadonlyMap<string, Buffer>, prefix: string): string {
  const entries = [...objects]
    .filter(([key]) => key.startsWith(prefix))
    .map(
      ([key, content]) =>
        `<Contents><Key>${key}</Key><LastModified>${MODIFIED}</LastModified><ETag>"1"</ETag><Size>${content.length}</Size><StorageClass>STANDARD</StorageClass></Contents>`,
    );
  return `<?xml version="1.0"?><ListBucketResult><Name>bucket</Name><Prefix>${prefix}</Prefix><KeyCount>${entries.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${entries.join('')}</ListBucketResult>`;
}

import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../src/config.ts';

const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
const bucketOf = (variables: NodeJS.ProcessEnv) => readConfig({ ...keys, ...variables }).ml.bucket;

describe('where artefacts are kept', () => {
  it('is a folder under the home, or another one', () => {
    expect(readConfig({ CAMEO_HOME: 'here' }).ml).toMatchObject({
      ...{ artefacts: resolve('here/artefacts'), bucket: undefined },
    });
    expect(readConfig({ CAMEO_ARTEFACTS: 'there' }).ml.artefacts).toBe(resolve('there'));
  });

  it('is a bucket, with copies under the home', () => {
    expect(
      readConfig({ ...keys, CAMEO_ARTEFACTS: 's3://models/a/b', CAMEO_HOME: 'here' }).ml,
    ).toMatchObject({
      artefacts: resolve('here/artefacts'),
      bucket: {
        ...{ endpoint: 'https://s3.us-east-1.amazonaws.com/models', region: 'us-east-1' },
        ...{ accessKeyId: 'key', secretAccessKey: 'secret', prefix: 'a/b/' },
      },
    });
  });

  it.each([
    ['s3://models', ''],
    ['s3://models/', ''],
    ['s3://models/a//', 'a/'],
  ])('%s has the prefix "%s"', (place, prefix) => {
    expect(bucketOf({ CAMEO_ARTEFACTS: place })?.prefix).toBe(prefix);
  });

  it('may be at another service', () => {
    const place = { CAMEO_ARTEFACTS: 's3://models', AWS_ENDPOINT_URL_S3: 'http://minio:9000/' };
    expect(bucketOf(place)?.endpoint).toBe('http://minio:9000/models');
  });

  it('is neither anything else, nor a bucket without a key', () => {
    expect(() => readConfig({ CAMEO_ARTEFACTS: 'ftp://models' })).toThrow('CAMEO_ARTEFACTS');
    expect(() => readConfig({ CAMEO_ARTEFACTS: 's3://models' })).toThrow('AWS_ACCESS_KEY_ID');
  });
});

describe('the threads of a training', () => {
  it('are one at least, and as many as are given', () => {
    expect(readConfig({}).ml.threads).toBeGreaterThanOrEqual(1);
    expect(readConfig({ CAMEO_ML_THREADS: '3' }).ml.threads).toBe(3);
    expect(() => readConfig({ CAMEO_ML_THREADS: '0' })).toThrow('CAMEO_ML_THREADS');
  });
});

describe('what models are served on', () => {
  it('is the CPU, after anything else that is asked for', () => {
    const providers = (list: string) => readConfig({ CAMEO_ML_PROVIDERS: list }).ml.providers;
    expect(readConfig({}).ml.providers).toEqual(['cpu']);
    expect(providers('cuda')).toEqual(['cuda', 'cpu']);
    expect(providers('webgpu, cuda,cpu')).toEqual(['webgpu', 'cuda', 'cpu']);
    expect(() => providers('abacus')).toThrow('CAMEO_ML_PROVIDERS');
  });
});

import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The encoder that candidates start from. */
export const BASE = 'models/base-encoder';

export const hasBase = (): boolean => existsSync(join(BASE, 'model.safetensors'));

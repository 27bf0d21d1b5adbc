/** What Cameo uses of ydf-training 0.0.1, which ships without types. */
declare module 'ydf-training' {
  /** A C++ vector; has to be freed. */
  interface YdfVector<T> {
    size(): number;
    get(index: number): T;
    delete(): void;
  }

  interface YdfInput {
    readonly name: string | Uint8Array;
    readonly type: string;
    readonly internalIdx: number;
  }

  export interface YdfModel {
    getInputFeatures(): YdfVector<YdfInput>;
    getLabelClasses(): YdfVector<string | Uint8Array>;
    newBatchOfExamples(count: number): void;
    setNumerical(row: number, feature: number, value: number): void;
    setCategoricalString(row: number, feature: number, value: string): void;
    predict(): YdfVector<number>;
    describe(): string;
    save(folder: string): void;
    delete(): void;
  }

  export interface YdfLearner {
    train(columns: Record<string, number[] | string[]>): { internalModel: YdfModel };
  }

  export interface Ydf {
    readonly GradientBoostedTreesLearner: new (label: string, task: string) => YdfLearner;
    readonly RandomForestLearner: new (label: string, task: string) => YdfLearner;
    InternalLoadModel(folder: string): YdfModel | null;
    /** The module's file system, in memory. */
    readonly FS: {
      readdir(path: string): string[];
      readFile(path: string, options: { encoding: 'binary' }): Uint8Array;
      writeFile(path: string, data: Uint8Array): void;
      mkdirTree(path: string): void;
      unlink(path: string): void;
      rmdir(path: string): void;
    };
    readonly HEAPU8?: Uint8Array;
  }

  export default function createYdf(settings: {
    print: (line: string) => void;
    printErr: (line: string) => void;
  }): Promise<Ydf>;
}

/** A published artefact, as housekeeping sees it. */
export interface StoredArtefact {
  readonly hash: string;
  /** When it was published last, by the store's own clock. */
  readonly at: Date;
}

/**
 * Keeps folders of files by what is in them. An artefact is there whole or not at all, and never
 * changes: its name is the hash of its files (see manifest.ts).
 */
export interface ArtefactStore {
  /**
   * Publishes a folder's files; again, when they are there already, it changes nothing but their age.
   * @returns the hash
   * @throws CameoError BAD_INPUT for an empty folder or one with links; UNAVAILABLE when there is no room
   */
  publish(folder: string): Promise<string>;
  /**
   * A local folder with the artefact's files, checked against the hash. Others read it too: leave it as it is.
   * @throws CameoError NOT_FOUND when there is none, UNAVAILABLE when its files are not those published
   */
  open(hash: string): Promise<string>;
  list(): Promise<StoredArtefact[]>;
  /** Does nothing when there is none. */
  remove(hash: string): Promise<void>;
}

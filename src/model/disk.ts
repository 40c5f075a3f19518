/** A file that only grows. */
export interface AppendFile {
  /** Bytes in the file, as far as they were written by this handle or found at opening. */
  readonly size: number;
  /** Writes all of it, or rejects: then the file may hold a part of it, and `truncate` puts that right. */
  append(bytes: Uint8Array): Promise<void>;
  /** Resolves once everything appended so far survives a power cut. A rejection is final: the file is not to be used again. */
  sync(): Promise<void>;
  truncate(size: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Files below one folder, named by paths with `/`. A full disk rejects with a Fault `disk-full`, any other trouble with a Fault
 * `disk-failed` or `state-unwritable`.
 */
export interface Disk {
  /** Names in a folder, files and folders, sorted; [] where there is no such folder. */
  list(folder: string): Promise<readonly string[]>;
  /** Undefined where there is no such file. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** Exactly so many bytes from there, or a rejection. */
  readAt(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Opens for appending; makes the file (mode 0600) and its folders (0700), durably, where they are missing. */
  append(path: string): Promise<AppendFile>;
  /** Puts a whole file in place: written aside, synced, renamed, folder synced. Mode 0600. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  /** Renames, and syncs the folders. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; nothing happens where there is none. */
  remove(path: string): Promise<void>;
}

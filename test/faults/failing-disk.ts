import type { Stats } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/*
 * Loaded before the daemon with `node --import`: from the n-th call on, one of the calls that make things durable is refused as a failing
 * disk does it. DISK_FAILS names the call, the number, the code, and how many calls are refused (all of them where it says nothing):
 * `datasync:5:EIO`, `rename:1:ENOSPC:3`.
 */
const [call = '', from = '1', code = 'EIO', times = 'Infinity'] = (process.env['DISK_FAILS'] ?? '').split(':');
const first = Number(from);
const end = first + Number(times);
let calls = 0;

function fails(name: string): boolean {
  if (name !== call) return false;
  calls += 1;
  return calls >= first && calls < end;
}

function refusal(syscall: string): NodeJS.ErrnoException {
  const says = code === 'ENOSPC' ? 'no space left on device' : 'i/o error';
  return Object.assign(new Error(`${code}: ${says}, ${syscall}`), { code, syscall });
}

interface Handle {
  stat(): Promise<Stats>;
  datasync(): Promise<void>;
  sync(): Promise<void>;
  write(...args: unknown[]): Promise<unknown>;
}

const handle = await promises.open(process.execPath, 'r');
const { datasync, sync, write } = Object.getPrototypeOf(handle) as Handle;
Object.assign(Object.getPrototypeOf(handle) as Handle, {
  async datasync(this: Handle): Promise<void> {
    if (fails('datasync')) throw refusal('fdatasync');
    return datasync.call(this);
  },
  async sync(this: Handle): Promise<void> {
    const what = (await this.stat()).isDirectory() ? 'sync-folder' : 'sync-file';
    if (fails(what)) throw refusal('fsync');
    return sync.call(this);
  },
  async write(this: Handle, ...args: unknown[]): Promise<unknown> {
    if (fails('write')) throw refusal('write');
    return write.apply(this, args);
  },
});
await handle.close();

const { rename } = promises;
Object.assign(promises, {
  async rename(...args: Parameters<typeof rename>): Promise<void> {
    if (fails('rename')) throw refusal('rename');
    return rename(...args);
  },
});
syncBuiltinESMExports();

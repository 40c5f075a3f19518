import { askControl, askControlStream } from '../io/control-socket.ts';
import type { StreamMethod } from '../io/control-stream.ts';
import type { StateControl } from './state-control.ts';

/** The methods of the `state` commands that speak in streams, as they are served behind a socket. */
export function stateStreams(control: StateControl): Readonly<Record<string, StreamMethod>> {
  return {
    stateShow: ([feed]) => control.stateShow(String(feed)),
    stateExport: ([withTokens]) => control.stateExport(withTokens === true),
    stateImport: ([replace], bytes) => control.stateImport(replace === true, bytes),
  };
}

/** The `state` commands as the daemon behind a socket answers them. */
export function remoteState(socket: string): StateControl {
  const ask = async <T>(method: keyof StateControl, ...args: readonly unknown[]): Promise<T> =>
    (await askControl(socket, method, args))?.value as T;
  return {
    stateList: () => ask('stateList'),
    stateShow: (feed) => askControlStream(socket, 'stateShow', [feed]),
    stateSet: (feed, watermark, skip) => ask('stateSet', feed, watermark, skip),
    stateForget: (feed) => ask('stateForget', feed),
    stateMove: (from, to, replace) => ask('stateMove', from, to, replace),
    stateAccounts: () => ask('stateAccounts'),
    stateExport: (withTokens) => askControlStream(socket, 'stateExport', [withTokens]),
    stateImport: (replace, bytes) => askControlStream(socket, 'stateImport', [replace], bytes),
  };
}

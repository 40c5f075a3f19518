import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dice } from './dice.ts';

const SINCE = "${gmtDate:yyyy-MM-dd'T'HH:mm:ss'Z'}";
const FILTER = `?where=since='${SINCE}'`;
const dated = {
  updatedDateField: 'updated_at',
  updatedDateFormat: "yyyy-MM-dd'T'HH:mm:ss'Z'",
  createdDateField: 'created_at',
};
/** Nothing is doubted: a daemon that is killed every second may be behind by more than half of what it knows. */
const sweep = { by: 'sweep', every: '1ms', maxShare: 1 };

const resources = {
  filtered: {
    path: '/filtered',
    pagination: { by: 'page', param: 'page' },
    poll: { url: FILTER, datesConfiguration: dated },
  },
  swept: {
    path: '/swept',
    get: '/swept/{id}',
    pagination: { by: 'page', param: 'page' },
    deletes: sweep,
    poll: { datesConfiguration: dated },
  },
  flagged: {
    path: '/flagged',
    records: 'data',
    pagination: { by: 'nextUrl', at: 'next' },
    deletes: { by: 'flag', field: 'gone' },
    poll: { url: FILTER, datesConfiguration: dated },
  },
  undated: {
    path: '/undated',
    pagination: { by: 'lastId', param: 'after' },
    deletes: sweep,
    poll: {},
  },
  trash: {
    path: '/trash/items',
    deletes: { by: 'feed', url: `/trash/gone?since=${SINCE}`, dateField: 'at', dateFormat: 'milliseconds' },
    poll: { url: FILTER, datesConfiguration: dated },
  },
  whole: { path: '/whole', deletes: sweep, poll: { datesConfiguration: dated } },
};

/** The configuration of the daemon, which is edited while it runs. */
export class Files {
  readonly folder: string;
  #callback: string;
  readonly #dice: Dice;

  constructor(folder: string, callback: string, dice: Dice) {
    this.folder = folder;
    this.#callback = callback;
    this.#dice = dice;
  }

  /** Writes everything for the first time. */
  async begin(provider: string): Promise<void> {
    for (const name of ['elements', 'instances']) await mkdir(join(this.folder, name), { recursive: true });
    await this.#put('config.yaml', 'delivery: {retention: 1m}\n');
    const named = Object.entries(resources).map(([name, { poll, ...resource }]) => {
      const url = `/hubs/kills/${name}${'url' in poll ? poll.url : ''}`;
      return [name, { ...resource, idField: 'id', where: { as: 'query' }, poll: { ...poll, idField: 'id', url } }];
    });
    const element = { key: 'kills', hub: 'kills', baseUrl: provider, resources: Object.fromEntries(named) };
    await this.#put('elements/kills.yaml', JSON.stringify(element));
    await this.mend();
  }

  /** Makes every file valid and complete. */
  async mend(): Promise<void> {
    await this.#instance('one', 'filtered,swept,flagged', 'cloud-elements', '150ms');
    await this.#instance('two', 'undated,trash,whole', 'cloudevents', '150ms');
  }

  /** Gives the receiver another address, which takes over what waits. */
  async move(callback: string): Promise<void> {
    this.#callback = callback;
    await this.mend();
  }

  /** Edits a file as people do: another interval, another header for the callback, a slip, an instance less. */
  async edit(): Promise<void> {
    const what = this.#dice.pick({ slower: 3, header: 3, spoil: 2, remove: 2 });
    const every = what === 'slower' ? '350ms' : '150ms';
    const header = what === 'header' ? `X-Edited: ${this.#dice.below(1_000)}` : 'X-Edited: never';
    const spared = this.#dice.chance(0.5);
    if (spared) await this.#instance('one', 'filtered,swept,flagged', 'cloud-elements', every, header);
    else await this.#instance('two', 'undated,trash,whole', 'cloudevents', every, header);
    const other = `instances/${spared ? 'two' : 'one'}.yaml`;
    if (what === 'spoil') await this.#put(other, '{"element": {"key": "kills"}, "configuration": ');
    if (what === 'remove') await rm(join(this.folder, other), { force: true });
  }

  #instance(name: string, objects: string, format: string, every: string, headers = 'X-Edited: never'): Promise<void> {
    const configuration = {
      'event.objects': objects,
      'event.poller.refresh_interval': every,
      'event.notification.format': format,
      'event.notification.callback.url': this.#callback,
      'event.notification.callback.headers': headers,
    };
    return this.#put(`instances/${name}.yaml`, JSON.stringify({ element: { key: 'kills' }, configuration }));
  }

  async #put(path: string, text: string): Promise<void> {
    const aside = join(this.folder, 'aside');
    await writeFile(aside, text);
    await rename(aside, join(this.folder, path));
  }
}

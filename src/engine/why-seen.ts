import type { Because } from '../detect/witness.ts';
import type { Sighting } from './sightings.ts';
import { eventSays, iso, lingeringSays, type Ground } from './why-words.ts';

type Sentence = (ground: Ground, sighting: Sighting) => string;

const since: Sentence = ({ head }) => (head.since === 'all' ? 'the beginning' : iso(head.since));
const told: Sentence = ({ events }, { because, event, reading }) => {
  const found = events.find(({ id }) => id === event);
  if (found !== undefined) return `told as ${because} (event ${found.id}, ${eventSays(found)})`;
  if (reading.end === undefined) return `about to be told as ${because}: its poll still runs`;
  if (reading.end.ok)
    return `told as ${because} (event ${event ?? ''}, older than delivery.retention and not listed any more)`;
  return `it would be ${because}, but its poll failed before that was committed (${reading.end.says}), so it is not told yet: the next good poll tells it`;
};

/** A sentence, without its beginning and its full stop, for everything that a reading can make of a record. */
const sentences: Readonly<Record<Because, Sentence>> = {
  CREATED: told,
  UPDATED: told,
  DELETED: told,
  unchanged: ({ told: version, head }) => {
    const known =
      version === undefined ? 'known' : `${version.n === 0 ? 'learned' : 'told'} by the poll at ${iso(version.at)}`;
    const ignored = head.rules.at(-1)?.ignoreFields ?? [];
    return `unchanged since the version ${known}${ignored.length === 0 ? '' : ` (${ignored.join(', ')} does not count: ignoreFields)`}`;
  },
  'same-date': () =>
    'other content under the same updated date as the version told, and dates alone count (compare: date)',
  settled: ({ told: version }) =>
    `same updated date as the version told, and other content; but the poll that told it began ${version === undefined ? 'more than 60 s' : `at ${iso(version.at)}, 60 s (or two units of the date, and pollDelay) or more`} after that date, so the provider may not change it silently (promise 5); \`compare: content\` would tell it`,
  'before-since': (ground, sighting) =>
    `updated before the feed's since, ${since(ground, sighting)}: learned, not told (start)`,
  'before-edit': () =>
    'the request was edited, and the record was not known and is older than that, or undated: learned, not told',
  'first-look': () =>
    'found by the first look, and no date says that it is newer than the feed: learned, not told (`start: all` tells such records)',
  'still-deleted': () => 'it was told as deleted, and its field still says that it is',
  leftover: ({ pollDelay }) =>
    `it was told as deleted, and a search may still show a record for ${lingeringSays(pollDelay)} after that; if it is there later, it is told as CREATED`,
  'older-deletion': () => 'its field says that it is deleted, but with a date older than the version told',
  'row-unknown': () => "its deletion is listed, but it was never told, so its deletion is nobody's news",
  'row-told': () => 'its deletion was told before',
  'row-outlived': () => 'its deletion is listed, but it is still shown, in a version that is not older than that',
  'row-older': ({ told: version }) =>
    `its deletion is listed, but is older than the version told${version?.date === undefined ? '' : `, which is dated ${iso(version.date)}`}`,
  'row-early': () =>
    'its deletion is listed, but it is still shown, dated in the future: whether that is a leftover of a search, the next polls show',
  'row-unsure': () =>
    'its deletion is listed, dated in the tick of the version told; it was not on the pages read before, between which rows may move, but a further reading showed it, so it is there',
  'row-undated': () => 'its deletion is listed, but without a date that can be read',
  'absent-doubted': ({ head, feed }) =>
    head.doubt === undefined
      ? 'known, but not in the full listing, and that sweep was doubted; since then the doubt has ended'
      : `known, but not in the last full listing; the sweep is doubted, since ${head.doubt.absent} of ${head.doubt.known} known records were missing from it: nothing is told until \`elementd poll ${feed?.id ?? ''} --believe\``,
  'absent-unconfirmed': () =>
    'known, but not in the full listing, which took several pages; asked for by itself, or in a second listing, it was not gone (404, 410), so it is not told as deleted',
  forgotten: () => 'known, but not in what the edited request asks for: forgotten, not told as deleted',
};

/** What a reading made of the record. */
export function sightingSays(sighting: Sighting, ground: Ground, differs: readonly string[]): string {
  if (differs.length > 0) {
    const fields = differs.length === 1 ? 'the ignored field' : 'ignored fields';
    return `differs only in ${fields} ${differs.join(', ')} from the version told`;
  }
  const says = sentences[sighting.because](ground, sighting);
  if (sighting.found === 'future') return `${says}; its date is in the future, so it is compared by content until then`;
  if (sighting.shown && sighting.found === 'none' && ground.feed?.reading.updated !== undefined)
    return `${says}; it has no updated date that can be read, so it is compared by content`;
  return says;
}

/** The ignored fields in which an unchanged record differs from what an earlier reading of the same version showed. */
export function differingFields(sighting: Sighting, { seen, head, told }: Ground): readonly string[] {
  const { ignored, because } = sighting;
  if (ignored === undefined || because !== 'unchanged' || told === undefined) return [];
  const fields = head.rules.at(-1)?.ignoreFields ?? [];
  const earlier: Sighting[] = [];
  for (const each of seen.sightings) {
    if (each.reading.number >= sighting.reading.number || each.ignored?.length !== ignored.length) continue;
    earlier.push(each);
    // What came before is another version.
    if (each.because !== 'unchanged') break;
  }
  return fields.filter((_, index) => earlier.some((each) => each.ignored?.[index] !== ignored[index]));
}

/** What it means that no reading showed the record. */
export function unseenSays({ seen, watching, feed, head }: Ground): string {
  if (watching === undefined) return 'what readings saw of it is not known: no daemon runs';
  const { last, readings } = seen;
  if (last === undefined) return `not seen: the feed was not polled yet since the daemon started at ${iso(watching)}`;
  if (seen.lost)
    return 'not among the sightings that are kept (the newest of the feed, unchanged ones and others): it may have been read, unchanged';
  const unseen = `not seen in any of the ${readings} readings since the daemon started at ${iso(watching)}, as far as they are remembered`;
  if (last.listed === 'same')
    return `${unseen}; the last one, at ${iso(last.at)}, was answered with 304: the listing is what it was before`;
  if (feed?.request.hasWatermark !== true) return unseen;
  return `${unseen}; the url asks from the watermark, now ${iso(head.watermark)}, so a record is seen only when it changes`;
}

/** What it means that the last reading of everything did not show the record. */
export function absenceSays({ seen, told, feed, head, watching }: Ground): readonly string[] {
  if (told === undefined || told.gone !== undefined) return [];
  const { sightings, absent, lastWhole } = seen;
  // Who was met later is there.
  if (lastWhole !== undefined && sightings.some((each) => each.shown && each.reading.number > lastWhole.number))
    return [];
  if (watching === undefined || lastWhole === undefined) {
    if (head.doubt === undefined) return [];
    const { at, absent: missing, known } = head.doubt;
    return [
      `a sweep at ${iso(at)} missed ${missing} of ${known} known records and is doubted; whether this is one of them is not known before the next sweep`,
    ];
  }
  if (absent !== true || sightings.some(({ reading, shown }) => !shown && reading === lastWhole)) return [];
  const missed = `not in the last reading of everything, at ${iso(lastWhole.at)}`;
  if (feed === undefined || feed.deletes.by === 'none')
    return [`${missed}; that proves nothing here, since the feed tells no deletions (deletes: none)`];
  if (feed.deletes.by === 'sweep')
    return [`${missed}; that listing proves no absence, since it has an upper bound or records without an id`];
  return [`${missed}; this feed tells a deletion only by what the provider says of it (deletes: ${feed.deletes.by})`];
}

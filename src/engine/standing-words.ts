import { printDuration } from '../language/duration.ts';
import type { FeedHead, Standing } from '../model/change.ts';
import type { Feed } from '../model/feed.ts';

const because: Readonly<Record<Standing['by'], string>> = {
  'our-clock': 'no reading says anything of later than its own start (by our clock)',
  'provider-clock':
    'no reading says anything of later than its own start, and the clock of the provider, by the Date of its answers, is the earlier one',
  'newest-record':
    'the answers have no Date, so nobody knows what time it is at the provider: the newest record read is all that is sure',
  'no-record':
    'the answers have no Date and held no record, so nobody knows what time it is at the provider; it moves with the next record',
  shifting: 'rows shift between pages by number while they are read, so every instant is read twice',
  'first-shifting':
    'rows shift between pages by number while they are read, so every instant is read twice, and that poll was the first; it moves with the next',
  'upper-bound': 'the url asks for nothing later: it holds an upper bound',
  beginning:
    "the provider's clock is behind ours, and the feed's beginning was moved back with it; it moves with the next poll",
  'empty-answer': 'an answer was entirely empty, which proves nothing; it moves with the first answer that is not',
  precision:
    'the filter is finer than the dates of the records, so it stays at the beginning of their unit: rows changed within it may still show that',
};

/** Why a feed's watermark stands where it stands, as a sentence without its full stop. */
export function standingSays(head: FeedHead, feed: Feed | undefined): string {
  const through = `complete through ${iso(head.watermark)}`;
  const { standing } = head;
  if (standing === undefined || standing.watermark !== head.watermark) {
    if (head.looked === 'none')
      return `${through}, the beginning of what is told: no poll has ended well since the feed began`;
    const why = standing === undefined ? 'no poll of this version has ended well yet' : 'it was set after that';
    return `${through}; why it stands there is not known: ${why}`;
  }
  const { by, kept, at } = standing;
  const stays = kept === true && by !== 'no-record' && by !== 'first-shifting';
  const earlier = stays ? '; that poll alone proves less, and it never moves backwards' : '';
  const delay =
    feed === undefined || feed.pollDelay === 0 || !feed.request.hasWatermark
      ? ''
      : `; polls ask from ${printDuration(feed.pollDelay)} before it (pollDelay)`;
  return `${through}, as of the poll at ${iso(at)}; it stands there because ${because[by]}${earlier}${delay}`;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

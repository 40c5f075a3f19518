import type { Instant } from '../../model/instant.ts';

/** A campaign as the provider lists it: a summary with one date. */
export interface Campaign {
  readonly id: string;
  readonly name: string;
  readonly status: 'DRAFT' | 'SCHEDULED' | 'SENT';
  readonly modified_date: string;
}

/** Something that was done to a campaign. */
export interface CampaignChange {
  readonly kind: 'CREATED' | 'UPDATED';
  readonly campaign: string;
  readonly at: Instant;
}

/** The campaigns of one account, and what is done to them. */
export interface CampaignStory {
  /** All campaigns as they are now, the latest change first. */
  campaigns(): readonly Campaign[];
  /** Does what comes next. The story is always the same; only the instants are given. */
  goOn(at: Instant): CampaignChange;
}

/** So many campaigns are there when the story begins: more than two pages. */
export const CAMPAIGNS_AT_FIRST = 120;

const FIRST_WORDS = [
  'Spring',
  'Summer',
  'Autumn',
  'Winter',
  'Harbour',
  'Garden',
  'Sunday',
  'Midnight',
  'Family',
  'Members',
];
const LAST_WORDS = [
  'sale',
  'letter',
  'party',
  'preview',
  'survey',
  'raffle',
  'workshop',
  'concert',
  'open day',
  'gift guide',
  'picnic',
  'reunion',
];
const AN_HOUR = 3_600_000;

/** Opens the story at an instant; every campaign that is there has been left alone for an hour or longer. */
export function openStory(start: Instant): CampaignStory {
  const campaigns = new Map<string, Campaign>();
  let steps = 0;
  // Each kind of edit walks through campaigns of its own, so that none is changed again soon.
  const walks = { rename: 0, schedule: 40, send: 80 };

  const put = (campaign: Campaign): void => {
    campaigns.delete(campaign.id);
    campaigns.set(campaign.id, campaign);
  };
  const add = (at: Instant): string => {
    const n = campaigns.size;
    const id = String(1_100_395_494_220 + n * 12_391);
    put({ id, name: nameOf(n), status: 'DRAFT', modified_date: iso(at) });
    return id;
  };
  const edit = (n: number, at: Instant, changed: (former: Campaign) => Partial<Campaign>): string => {
    const id = String(1_100_395_494_220 + (n % CAMPAIGNS_AT_FIRST) * 12_391);
    const former = campaigns.get(id);
    if (former !== undefined) put({ ...former, ...changed(former), modified_date: iso(at) });
    return id;
  };
  const rename = ({ name }: Campaign): Partial<Campaign> => ({
    name: name.endsWith(' (new date)') ? name.replace(' (new date)', '') : `${name} (new date)`,
  });

  for (let n = 0; n < CAMPAIGNS_AT_FIRST; n++) add(start - AN_HOUR - (CAMPAIGNS_AT_FIRST - n) * AN_HOUR);

  return {
    campaigns: () => [...campaigns.values()].reverse(),
    goOn(at) {
      const step = steps++ % 4;
      if (step === 0) return { kind: 'CREATED', campaign: add(at), at };
      const campaign =
        step === 1
          ? edit(walks.rename++, at, rename)
          : step === 2
            ? edit(walks.schedule++, at, () => ({ status: 'SCHEDULED' }))
            : edit(walks.send++, at, () => ({ status: 'SENT' }));
      return { kind: 'UPDATED', campaign, at };
    },
  };
}

function nameOf(n: number): string {
  const name = `${FIRST_WORDS[n % FIRST_WORDS.length]} ${LAST_WORDS[Math.floor(n / FIRST_WORDS.length) % LAST_WORDS.length]}`;
  const round = Math.floor(n / (FIRST_WORDS.length * LAST_WORDS.length));
  return round === 0 ? name : `${name} ${round + 1}`;
}

function iso(at: Instant): string {
  return new Date(at).toISOString();
}

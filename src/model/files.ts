// Generated from schemas/*.json by scripts/generate-types.mjs: change the schemas and run it again.

/**
 * When this resource is polled; overrides event.poller.refresh_interval.
 */
export type ScheduleFile =
  | string
  | {
      /**
       * A cron expression of five fields, or six with seconds first.
       */
      cron: string;
      /**
       * The IANA zone that the expression is read in.
       */
      timezone?: string;
    };
/**
 * How deletions are found.
 */
export type DeletesFile = NoDeletes | SweepDeletes | FlagDeletes | FeedDeletes;
/**
 * How the next page is found.
 */
export type PaginationFile =
  | NoPagination
  | PagePagination
  | OffsetPagination
  | NextUrlPagination
  | LinkPagination
  | CursorPagination
  | LastIdPagination;
/**
 * The HTTP method.
 */
export type Method = 'GET' | 'POST';
/**
 * How the `where` of a url is said to the provider.
 */
export type WhereStyle = QueryWhere | OdataWhere | SoqlWhere | JqlWhere | TemplateWhere;
/**
 * How an instance proves who it is.
 */
export type ElementAuth = NoAuth | BasicAuth | BearerAuth | ApiKeyAuth | Oauth2Auth;

/**
 * config.yaml: where things are, limits, delivery. All keys are optional; relative paths are relative to this file.
 */
export interface ConfigFile {
  /**
   * Path or address of this schema, for editors.
   */
  $schema?: string;
  /**
   * Folders with element files, in search order. The catalogue shipped in the package is searched last.
   */
  elements?: string[];
  /**
   * Folder with instance files, one account each.
   */
  instances?: string;
  /**
   * Folder that the daemon alone writes: journal, watermarks, tokens.
   */
  state?: string;
  defaults?: Configuration;
  polling?: PollingSettings;
  delivery?: DeliverySettings;
  network?: NetworkSettings;
  log?: LogSettings;
}
/**
 * Flat dotted keys: those of Cloud Elements, the element's own, and ours. Scalars may be strings or native.
 */
export interface Configuration {
  /**
   * Whether the account is polled. Absent counts as true.
   */
  'event.notification.enabled'?: true | false | 'true' | 'false';
  /**
   * Where events are POSTed. Absent: they are only kept and listed.
   */
  'event.notification.callback.url'?: string;
  /**
   * Further headers of the POST to the callback.
   */
  'event.notification.callback.headers'?: string;
  /**
   * The key that POSTs are signed with. While keys are rotated, a list of two: `webhook-signature` holds a signature by each, `Elements-Webhook-Signature` one by the first alone. Secrets.
   *
   * @minItems 1
   * @maxItems 2
   */
  'event.notification.signature.key'?: string | number | (string | number)[];
  /**
   * User name for HTTP Basic at the callback.
   */
  'event.notification.basic.username'?: string | number;
  /**
   * Password for HTTP Basic at the callback. A secret.
   */
  'event.notification.basic.password'?: string | number;
  /**
   * How events are written. `cloud-elements`: the envelope of Cloud Elements, at most 10 events a POST. `cloudevents`: CloudEvents 1.0, structured, one event a POST. `standard`: `type`, `timestamp` and `data` as Standard Webhooks recommends, one event a POST.
   */
  'event.notification.format'?: 'cloud-elements' | 'cloudevents' | 'standard';
  /**
   * Accepted as in Cloud Elements; not used.
   */
  'event.notification.type'?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  'event.notification.subscription.id'?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  'event.notification.instance.finder'?: unknown;
  /**
   * How the provider is watched. elementd polls: anything but `polling` is a problem.
   */
  'event.vendor.type'?: string;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  'event.metadata'?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  'event.helper.key'?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  'event.raw.enabled'?: unknown;
  /**
   * How often every resource is polled: minutes, or a duration.
   */
  'event.poller.refresh_interval'?: number | string;
  /**
   * What is polled: resource name -> how. A map, or its JSON as a string. Left out: the element's default set.
   */
  'event.poller.configuration'?:
    | {
        [k: string]: PolledResource;
      }
    | string;
  /**
   * The former form of event.poller.configuration: names of the element's default set, or a line of fields for each resource, parted by |.
   */
  'event.poller.urls'?: string | string[];
  /**
   * Names of resources of the element's default set: a list, or a text parted by commas.
   */
  'event.objects'?: string | string[];
  /**
   * Whether null fields are dropped from records.
   */
  'filter.response.nulls'?: true | false | 'true' | 'false';
  /**
   * What every path stands under; wins over the element's `baseUrl`.
   */
  'base.url'?: string;
  /**
   * The OAuth client id. A secret.
   */
  'oauth.api.key'?: string | number;
  /**
   * The OAuth client secret. A secret.
   */
  'oauth.api.secret'?: string | number;
  /**
   * The redirect address registered with the provider.
   */
  'oauth.callback.url'?: string;
  /**
   * Scopes to ask for, parted by spaces.
   */
  'oauth.scope'?: string;
  /**
   * Where a person agrees; wins over the element's.
   */
  'oauth.authorization.url'?: string;
  /**
   * Where codes and refresh tokens are exchanged; wins over the element's.
   */
  'oauth.token.url'?: string;
  /**
   * An access token that the account comes with. A secret.
   */
  'oauth.user.token'?: string | number;
  /**
   * A refresh token that the account comes with. A secret.
   */
  'oauth.user.refresh_token'?: string | number;
  /**
   * How the built-in element `http` proves who it is.
   */
  'authentication.type'?: 'none' | 'basic' | 'bearer' | 'apiKey';
  /**
   * The header that carries the API key; for the built-in element `http`.
   */
  'apiKey.header'?: string;
  /**
   * The query parameter that carries the API key; for the built-in element `http`.
   */
  'apiKey.query'?: string;
  /**
   * The API key. A secret.
   */
  'api.key'?: string | number;
  /**
   * The bearer token. A secret.
   */
  token?: string | number;
  /**
   * User name for HTTP Basic at the provider.
   */
  username?: string | number;
  /**
   * Password for HTTP Basic at the provider. A secret.
   */
  password?: string | number;
  [k: string]: unknown;
}
/**
 * How one resource is polled: an entry of event.poller.configuration.
 */
export interface PolledResource {
  /**
   * `/hubs/<hub>/<resource>?where=…`, a path under the base URL, or an absolute URL. May hold template words.
   */
  url: string;
  /**
   * Dotted path to the record's id; a list of paths for a composite id, joined by |.
   *
   * @minItems 1
   */
  idField?: string | string[];
  datesConfiguration?: DatesConfiguration;
  /**
   * The zone of dates whose format says none, as in Cloud Elements; the same inside datesConfiguration wins.
   */
  updatedDateTimezone?: string;
  /**
   * How far created and updated date may lie apart in a record that counts as created.
   */
  createdCheckTolerance?: number | string;
  /**
   * Records on a page.
   */
  pageSize?: number | string;
  /**
   * How late a record may become visible to a search: so much is subtracted from the watermark.
   */
  pollDelay?: number | string;
  /**
   * Accepted as in Cloud Elements; what is remembered of each record does its work.
   */
  filterByUpdatedDate?: true | false | 'true' | 'false';
  /**
   * Accepted as in Cloud Elements; what is remembered of each record does its work.
   */
  filterByCurrentDate?: true | false | 'true' | 'false';
  schedule?: ScheduleFile;
  /**
   * From when on changes are told: `now`, `all`, or an ISO instant.
   */
  start?: string;
  /**
   * Whether a first reading of everything learns what exists.
   */
  baseline?: 'auto' | 'scan' | 'none';
  deletes?: DeletesFile;
  /**
   * What makes a new version of a record: its updated date, its content, or either.
   */
  compare?: 'both' | 'date' | 'content';
  /**
   * Dotted paths that do not count as a change.
   */
  ignoreFields?: string[];
  /**
   * Dotted path to the array of records; absent where the answer is the array.
   */
  records?: string;
  /**
   * The records are a map of id -> record instead of an array.
   */
  map?: boolean;
  /**
   * Dotted path to the record inside each member of the list, where members wrap it.
   */
  record?: string;
  errorWhen?: ErrorWhen;
  pagination?: PaginationFile;
  where?: WhereStyle;
  method?: Method;
  /**
   * Further query parameters of the first request; one that the url gives wins. Values may hold template words.
   */
  query?: {
    [k: string]: string | number | boolean;
  };
  /**
   * Headers of the request. Values may hold template words.
   */
  headers?: {
    [k: string]: string | number | boolean;
  };
  /**
   * The body of the request. Values may hold template words. A map is sent as JSON, or as a form where the Content-Type header says so.
   */
  body?: string | {};
  /**
   * Accepted as in Cloud Elements; not used.
   */
  objectName?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  batchSize?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  useLastPollDate?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  useHydrationBeforePostHooks?: unknown;
  /**
   * Accepted as in Cloud Elements; not used, with a warning.
   */
  xPath?: unknown;
  /**
   * Accepted as in Cloud Elements; not used, with a warning.
   */
  parameters?: unknown;
  /**
   * Accepted as in Cloud Elements; not used, with a warning.
   */
  postHooks?: unknown;
  /**
   * Accepted as in Cloud Elements; not used, with a warning.
   */
  postHookPipelines?: unknown;
}
/**
 * Where a record keeps its dates, and how they are written.
 */
export interface DatesConfiguration {
  /**
   * Dotted path to the updated date.
   */
  updatedDateField?: string;
  /**
   * A Java SimpleDateFormat pattern, `milliseconds` or `seconds`.
   */
  updatedDateFormat?: string;
  /**
   * The zone of an updated date that names none.
   */
  updatedDateTimezone?: string;
  /**
   * Dotted path to the created date.
   */
  createdDateField?: string;
  /**
   * A Java SimpleDateFormat pattern, `milliseconds` or `seconds`.
   */
  createdDateFormat?: string;
  /**
   * The zone of a created date that names none.
   */
  createdDateTimezone?: string;
  /**
   * The same as beside datesConfiguration, which wins.
   */
  createdCheckTolerance?: number | string;
}
/**
 * Deletions are not looked for.
 */
export interface NoDeletes {
  /**
   * Deletions are not looked for.
   */
  by: 'none';
}
/**
 * A complete listing says what is no longer there.
 */
export interface SweepDeletes {
  /**
   * A complete listing says what is no longer there.
   */
  by: 'sweep';
  /**
   * How often everything is listed.
   */
  every?: string;
  /**
   * A sweep that would delete more than this share of what is known is doubted.
   */
  maxShare?: number;
}
/**
 * A field of the record says that it is deleted.
 */
export interface FlagDeletes {
  /**
   * A field of the record says that it is deleted.
   */
  by: 'flag';
  /**
   * Dotted path to the field.
   */
  field: string;
  /**
   * The values that mean deleted. Absent: any value but null, false, 0 and an empty text.
   *
   * @minItems 1
   */
  values?: (string | number | boolean)[];
}
/**
 * The provider lists deletions, each with its date. Records, paging and page size are those of the element's resource that `url` names, unless they are given here.
 */
export interface FeedDeletes {
  /**
   * A list of deletions, read with every poll.
   */
  by: 'feed';
  /**
   * Where deletions are listed: as the `url` of a polled resource. Words stand for the watermark of the feed.
   */
  url: string;
  /**
   * Dotted path to the id of the deleted record in a row, or a list of paths. Absent: as in the records.
   *
   * @minItems 1
   */
  idField?: string | string[];
  /**
   * Dotted path to the date of the deletion. A row that is not newer than the version told is ignored.
   */
  dateField: string;
  /**
   * Format of that date: a Java SimpleDateFormat, milliseconds or seconds. Absent: as of the updated date.
   */
  dateFormat?: string;
  /**
   * The zone of that date where its format says none.
   */
  dateTimezone?: string;
  /**
   * Dotted path to the field that says which rows are deletions. Absent: all rows are.
   */
  field?: string;
  /**
   * The values of that field that mean a deletion.
   *
   * @minItems 1
   */
  values?: (string | number | boolean)[];
  /**
   * Dotted path to the array of records; absent where the answer is the array.
   */
  records?: string;
  /**
   * The records are a map of id -> record instead of an array.
   */
  map?: boolean;
  /**
   * Dotted path to the record inside each member of the list, where members wrap it.
   */
  record?: string;
  errorWhen?: ErrorWhen;
  pagination?: PaginationFile;
  method?: Method;
  /**
   * Headers of the request. Values may hold template words.
   */
  headers?: {
    [k: string]: string | number | boolean;
  };
  /**
   * The body of the request. Values may hold template words. A map is sent as JSON, or as a form where the Content-Type header says so.
   */
  body?: string | {};
}
/**
 * How an answer with a good status says that it is an error.
 */
export interface ErrorWhen {
  /**
   * Dotted path to what says so.
   */
  at: string;
  /**
   * The values that mean an error. Absent: any value but null, false, 0, an empty text, list or object.
   *
   * @minItems 1
   */
  is?: (string | number | boolean | null)[];
  /**
   * Dotted path to what the error says. Absent: what is found there.
   */
  message?: string;
}
/**
 * One answer holds everything.
 */
export interface NoPagination {
  /**
   * One answer holds everything.
   */
  by: 'none';
}
/**
 * Pages are numbered.
 */
export interface PagePagination {
  /**
   * Pages are numbered.
   */
  by: 'page';
  /**
   * The parameter that carries the number.
   */
  param: string;
  /**
   * The number of the first page.
   */
  start?: number;
  /**
   * Where the parameter stands: in the query, or in a JSON or form body (a dotted path there).
   */
  in?: 'query' | 'body';
  /**
   * Dotted path to a flag in the answer that is true while pages follow; the page where it is not is the last.
   */
  more?: string;
  /**
   * Dotted path to a flag in the answer that is true on the last page.
   */
  end?: string;
  /**
   * The query parameters that later pages send again, beside the credentials and what the element sends with every call. Absent: all of them.
   */
  keep?: string[];
  /**
   * The status with which the provider answers a page behind the last one.
   */
  pastEnd?: number;
}
/**
 * Pages begin at a number of records.
 */
export interface OffsetPagination {
  /**
   * Pages begin at a number of records.
   */
  by: 'offset';
  /**
   * The parameter that carries the number of records to skip.
   */
  param: string;
  /**
   * The number of the first record.
   */
  start?: number;
  /**
   * Where the parameter stands: in the query, or in a JSON or form body (a dotted path there).
   */
  in?: 'query' | 'body';
  /**
   * Dotted path to a flag in the answer that is true while pages follow; the page where it is not is the last.
   */
  more?: string;
  /**
   * Dotted path to a flag in the answer that is true on the last page.
   */
  end?: string;
  /**
   * The query parameters that later pages send again, beside the credentials and what the element sends with every call. Absent: all of them.
   */
  keep?: string[];
  /**
   * The status with which the provider answers a page behind the last one.
   */
  pastEnd?: number;
}
/**
 * The answer holds the address of the next page.
 */
export interface NextUrlPagination {
  /**
   * The answer holds the address of the next page.
   */
  by: 'nextUrl';
  /**
   * Dotted path to that address.
   */
  at: string;
  /**
   * The link is there on the last page too; an empty page is the end.
   */
  untilEmpty?: boolean;
  /**
   * Dotted path to a flag in the answer that is true while pages follow; the page where it is not is the last.
   */
  more?: string;
  /**
   * Dotted path to a flag in the answer that is true on the last page.
   */
  end?: string;
  /**
   * Query parameters of the first request that are added where the address of the next page leaves them out.
   */
  keep?: string[];
}
/**
 * The Link header holds the address of the next page.
 */
export interface LinkPagination {
  /**
   * The Link header holds the address of the next page.
   */
  by: 'link';
  /**
   * Query parameters of the first request that are added where the address of the next page leaves them out.
   */
  keep?: string[];
}
/**
 * The answer holds a token that asks for the next page.
 */
export interface CursorPagination {
  /**
   * The answer holds a token that asks for the next page.
   */
  by: 'cursor';
  /**
   * Dotted path to the token.
   */
  at: string;
  /**
   * The parameter, field of the body or header that carries it.
   */
  param: string;
  /**
   * Where the cursor is sent: in the query, in a JSON or form body (a dotted path there), or in a header.
   */
  in?: 'query' | 'body' | 'header';
  /**
   * Dotted path to a flag in the answer that is true while pages follow; the page where it is not is the last.
   */
  more?: string;
  /**
   * Dotted path to a flag in the answer that is true on the last page.
   */
  end?: string;
  /**
   * The query parameters that later pages send again, beside the credentials and what the element sends with every call. Absent: all of them.
   */
  keep?: string[];
}
/**
 * The id of the last record asks for the records behind it.
 */
export interface LastIdPagination {
  /**
   * The id of the last record asks for the records behind it.
   */
  by: 'lastId';
  /**
   * The parameter that carries the id.
   */
  param: string;
  /**
   * Dotted path to the id in the record. Absent: the field that holds the id.
   */
  at?: string;
  /**
   * Where the parameter stands: in the query, or in a JSON or form body (a dotted path there).
   */
  in?: 'query' | 'body';
  /**
   * Dotted path to a flag in the answer that is true while pages follow; the page where it is not is the last.
   */
  more?: string;
  /**
   * Dotted path to a flag in the answer that is true on the last page.
   */
  end?: string;
  /**
   * The query parameters that later pages send again, beside the credentials and what the element sends with every call. Absent: all of them.
   */
  keep?: string[];
}
/**
 * FIELD op 'VALUE' becomes the query parameter FIELD=VALUE; what op says is the provider's business.
 */
export interface QueryWhere {
  /**
   * FIELD op 'VALUE' becomes the query parameter FIELD=VALUE.
   */
  as: 'query';
}
/**
 * The clause becomes an OData filter.
 */
export interface OdataWhere {
  /**
   * The clause becomes an OData filter.
   */
  as: 'odata';
  /**
   * The version of OData; 3 stands for 2 as well.
   */
  version?: 3 | 4;
  /**
   * The query parameter that carries the filter.
   */
  param?: string;
}
/**
 * The clause becomes the condition of a Salesforce query.
 */
export interface SoqlWhere {
  /**
   * The clause becomes the condition of a Salesforce query.
   */
  as: 'soql';
  /**
   * The query parameter that carries the query.
   */
  param?: string;
  /**
   * The query up to its FROM, without conditions.
   */
  select: string;
  /**
   * What the records are ordered by.
   */
  orderBy?: string;
}
/**
 * The clause becomes a Jira query.
 */
export interface JqlWhere {
  /**
   * The clause becomes a Jira query.
   */
  as: 'jql';
  /**
   * The query parameter that carries the query.
   */
  param?: string;
  /**
   * A condition in JQL that is always asked for too.
   */
  and?: string;
  /**
   * What the issues are ordered by.
   */
  orderBy?: string;
}
/**
 * `${where.FIELD}` in path, query, headers and body of the resource stands for the value of FIELD in the clause.
 */
export interface TemplateWhere {
  /**
   * `${where.FIELD}` stands for the value of FIELD in the clause.
   */
  as: 'template';
}
/**
 * Limits of asking providers.
 */
export interface PollingSettings {
  /**
   * Polls under way at the same time.
   */
  concurrency?: number;
  /**
   * How long one request may take, to the last byte of its answer.
   */
  timeout?: string;
  /**
   * The largest answer that is read, decompressed.
   */
  maxResponseBytes?: string;
  /**
   * The most pages of one poll.
   */
  maxPages?: number;
}
/**
 * How events are POSTed to callbacks.
 */
export interface DeliverySettings {
  /**
   * POSTs under way at the same time, over all callbacks.
   */
  concurrency?: number;
  /**
   * POSTs under way at the same time to one callback.
   */
  perCallback?: number;
  /**
   * How long a callback may take to answer.
   */
  timeout?: string;
  /**
   * When to give up on a delivery.
   */
  retry?: {
    /**
     * How long a failed delivery is tried again, with growing pauses, before it is a dead letter.
     */
    for?: string;
  };
  /**
   * How much may wait for one callback. A full outbox pauses the feeds of that callback.
   */
  outbox?: {
    /**
     * The most events waiting for one callback.
     */
    events?: number;
    /**
     * The most bytes waiting for one callback.
     */
    bytes?: string;
  };
  /**
   * How long events that were told can be listed and replayed.
   */
  retention?: string;
}
/**
 * What the daemon may connect to.
 */
export interface NetworkSettings {
  /**
   * Address ranges never connected to, whatever a URL says: link-local, loopback, private, multicast, or blocks such as 10.0.0.0/8.
   *
   * Items: link-local, loopback, private, multicast, or a block such as 10.0.0.0/8.
   */
  deny?: string[];
}
/**
 * What is logged.
 */
export interface LogSettings {
  /**
   * The least severe line that is written.
   */
  level?: 'debug' | 'info' | 'warn' | 'error';
}
/**
 * elements/<key>.yaml: how to talk to one API.
 */
export interface ElementFile {
  /**
   * Path or address of this schema, for editors.
   */
  $schema?: string;
  /**
   * The name that instances use. Equals the file's base name.
   */
  key: string;
  /**
   * The product's name, for people.
   */
  name?: string;
  /**
   * The hub in `/hubs/<hub>/<resource>` and in events.
   */
  hub?: string;
  /**
   * Where these facts come from.
   */
  docs?: string;
  /**
   * What every path stands under. May hold `${configuration.KEY}` and `${token.FIELD}`; an instance's `base.url` wins.
   */
  baseUrl?: string;
  auth?: ElementAuth;
  request?: ElementRequest;
  limits?: ElementLimits;
  /**
   * What can be polled: name -> how. `/hubs/<hub>/<name>` means the path of that resource.
   */
  resources?: {
    [k: string]: ElementResource;
  };
}
/**
 * The API is open.
 */
export interface NoAuth {
  /**
   * The API is open.
   */
  type: 'none';
}
/**
 * User name and password with every request.
 */
export interface BasicAuth {
  /**
   * User name and password with every request.
   */
  type: 'basic';
  /**
   * The configuration key that holds the user name.
   */
  usernameKey?: string;
  /**
   * The configuration key that holds the password.
   */
  passwordKey?: string;
}
/**
 * A fixed token as `Authorization: Bearer …`.
 */
export interface BearerAuth {
  /**
   * A fixed token as `Authorization: Bearer …`.
   */
  type: 'bearer';
  /**
   * The configuration key that holds the token.
   */
  tokenKey?: string;
}
/**
 * A key in a header or in a query parameter: give `header` or `query`, not both.
 */
export interface ApiKeyAuth {
  /**
   * A key in a header or in a query parameter.
   */
  type: 'apiKey';
  /**
   * The header that carries the key.
   */
  header?: string;
  /**
   * The query parameter that carries the key.
   */
  query?: string;
  /**
   * What stands before the key in the header, with its space.
   */
  prefix?: string;
  /**
   * The configuration key that holds the API key.
   */
  value?: string;
}
/**
 * Client id and secret come from `oauth.api.key` and `oauth.api.secret` of the instance.
 */
export interface Oauth2Auth {
  /**
   * OAuth 2.0.
   */
  type: 'oauth2';
  /**
   * How the first token is obtained.
   */
  grant?: 'authorizationCode' | 'clientCredentials';
  /**
   * Where a person agrees. May hold `${configuration.KEY}`; an instance's `oauth.authorization.url` wins.
   */
  authorizationUrl?: string;
  /**
   * Where codes and refresh tokens are exchanged. May hold `${configuration.KEY}`; an instance's `oauth.token.url` wins.
   */
  tokenUrl: string;
  /**
   * Scopes to ask for; an instance's `oauth.scope` wins.
   */
  scopes?: string[];
  /**
   * Whether the authorization request uses PKCE.
   */
  pkce?: boolean;
  /**
   * How client id and secret are sent to the token URL: as HTTP Basic, or in the body.
   */
  clientAuth?: 'basic' | 'body';
}
/**
 * Sent with every call, with next pages too. Values may hold template words.
 */
export interface ElementRequest {
  /**
   * Query parameters of every call.
   */
  query?: {
    [k: string]: string | number | boolean;
  };
  /**
   * Headers of every call.
   */
  headers?: {
    [k: string]: string | number | boolean;
  };
}
/**
 * What the provider allows.
 */
export interface ElementLimits {
  /**
   * Requests in a time; all of them hold.
   */
  requests?: RequestLimit[];
  /**
   * Who shares the limits: one instance, all instances of one OAuth application, or all instances of the element.
   */
  scope?: 'instance' | 'client' | 'element';
  /**
   * Requests under way at the same time.
   */
  concurrency?: number;
}
/**
 * At most so many requests in so long.
 */
export interface RequestLimit {
  /**
   * How many requests.
   */
  count: number;
  /**
   * In which time.
   */
  per: string;
}
/**
 * One kind of record of the API.
 */
export interface ElementResource {
  /**
   * The path under the base URL. May hold template words.
   */
  path: string;
  method?: Method;
  /**
   * Further query parameters of the first request; one that the url gives wins. Values may hold template words.
   */
  query?: {
    [k: string]: string | number | boolean;
  };
  /**
   * Headers of this resource's calls. Values may hold template words.
   */
  headers?: {
    [k: string]: string | number | boolean;
  };
  /**
   * The body of the request. Values may hold template words. A map is sent as JSON, or as a form where the Content-Type header says so.
   */
  body?: string | {};
  /**
   * Dotted path to the array of records; absent where the answer is the array.
   */
  records?: string;
  /**
   * The records are a map of id -> record instead of an array.
   */
  map?: boolean;
  /**
   * Dotted path to the record inside each member of the list, where members wrap it.
   */
  record?: string;
  errorWhen?: ErrorWhen;
  where?: WhereStyle;
  pagination?: PaginationFile;
  pageSize?: PageSizeFile;
  /**
   * Dotted path to the record's id; a list of paths for a composite id.
   *
   * @minItems 1
   */
  idField?: string | string[];
  /**
   * Path of one record, with `{id}` where its id stands: says whether the record is still there.
   */
  get?: string;
  deletes?: DeletesFile;
  poll?: PolledResource;
  verified?: VerifiedFacts;
}
/**
 * How the number of records on a page is asked for.
 */
export interface PageSizeFile {
  /**
   * The parameter that carries it.
   */
  param: string;
  /**
   * The most that the provider gives.
   */
  max?: number;
  /**
   * Where the parameter stands: in the query, or in a JSON or form body (a dotted path there).
   */
  in?: 'query' | 'body';
}
/**
 * What these facts were checked against.
 */
export interface VerifiedFacts {
  /**
   * An API description, its documentation, the live API, or memory alone.
   */
  against: 'spec' | 'docs' | 'live' | 'memory';
  /**
   * Where to look again.
   */
  source?: string;
  /**
   * When.
   */
  on?: string;
}
/**
 * instances/<id>: one account. A Cloud Elements `POST /instances` body is a valid instance, unchanged.
 */
export interface InstanceFile {
  /**
   * Path or address of this schema, for editors.
   */
  $schema?: string;
  element: ElementReference;
  /**
   * What the provider gave when the account was authorized, such as `code`. Every value is a secret.
   */
  providerData?: {
    [k: string]: string | number | boolean;
  };
  configuration?: Configuration;
  /**
   * Tags that events carry as `instanceTags`.
   */
  tags?: string[];
  /**
   * A name for people; events carry it as `instanceName`. The instance id is the file's base name.
   */
  name?: string;
  /**
   * The numeric id that events carry. Absent: a stable number made from the instance id.
   */
  id?: number;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  description?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  token?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  user?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  elementId?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  createdDate?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  updatedDate?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  provisionInteractions?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  valid?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  disabled?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  maxCacheSize?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  cacheTimeToLive?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  cachingEnabled?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  eventsEnabled?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  traceLoggingEnabled?: unknown;
  /**
   * Accepted as in Cloud Elements; not used.
   */
  externalAuthentication?: unknown;
}
/**
 * Which element this account belongs to.
 */
export interface ElementReference {
  /**
   * The element's key: the base name of a file in elements/, a shipped one, or the built-in `http`.
   */
  key: string;
}

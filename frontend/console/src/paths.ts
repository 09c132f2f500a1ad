/** Every URL of the service that the console calls. */

const part = encodeURIComponent;

const topics = (cluster: string) => `/kafka/v3/clusters/${part(cluster)}/topics`;
const topic = (cluster: string, name: string) => `${topics(cluster)}/${part(name)}`;
const groups = (cluster: string) => `/kafka/v3/clusters/${part(cluster)}/consumer-groups`;
const group = (cluster: string, name: string) => `${groups(cluster)}/${part(name)}`;
const tenant = (name: string) => `/api/v1/tenants/${part(name)}`;
const connectExtras = (name: string) => `${tenant(name)}/connect`;
/** Kafka Connect's own API names no tenant in its paths. */
const connect = (owner: string, path: string) =>
  `/connect/${path}${path.includes("?") ? "&" : "?"}${new URLSearchParams({ tenant: owner })}`;
const connector = (owner: string, name: string, rest: string) =>
  connect(owner, `connectors/${part(name)}${rest}`);
const broker = (id: number) => `/api/v1/cell/brokers/${id}`;

export const paths = {
  session: "/api/v1/session",
  password: "/api/v1/session/password",
  ownInvitations: "/api/v1/session/invitations",
  ownInvitation: (tenantName: string) => `/api/v1/session/invitations/${part(tenantName)}`,
  invitationOfCode: "/api/v1/invitation",
  invitationAccount: "/api/v1/invitation/account",
  tenants: "/api/v1/tenants",
  tenant,
  tenantVerb: (name: string, verb: "suspend" | "resume" | "restore") => `${tenant(name)}:${verb}`,
  overview: (name: string) => `${tenant(name)}/overview`,
  metrics: (name: string, query: URLSearchParams) => `${tenant(name)}/metrics?${query}`,
  members: (name: string) => `${tenant(name)}/members`,
  member: (name: string, login: string) => `${tenant(name)}/members/${part(login)}`,
  invitations: (name: string) => `${tenant(name)}/invitations`,
  invitation: (name: string, login: string) => `${tenant(name)}/invitations/${part(login)}`,
  serviceAccounts: (name: string) => `${tenant(name)}/service-accounts`,
  serviceAccount: (name: string, account: string) =>
    `${tenant(name)}/service-accounts/${part(account)}`,
  apiKeys: (name: string) => `${tenant(name)}/api-keys`,
  rotateKey: (name: string, key: string) => `${tenant(name)}/api-keys/${part(key)}:rotate`,
  apiKey: (name: string, key: string) => `${tenant(name)}/api-keys/${part(key)}`,
  audit: (name: string, query: URLSearchParams) => `${tenant(name)}/audit?${query}`,
  auditFile: (name: string, kind: "csv" | "ndjson", query: URLSearchParams) =>
    `${tenant(name)}/audit.${kind}?${query}`,
  auditVerification: (name: string) => `${tenant(name)}/audit/verification`,
  acls: (name: string) => `${tenant(name)}/acls`,
  acl: (name: string, id: string) => `${tenant(name)}/acls/${part(id)}`,
  aclPreset: (name: string) => `${tenant(name)}/acls:preset`,
  quotas: (name: string) => `${tenant(name)}/quotas`,
  clientQuotas: (name: string) => `${tenant(name)}/client-quotas`,
  clientQuota: (name: string, entity: URLSearchParams) => `${tenant(name)}/client-quotas?${entity}`,
  plans: "/api/v1/cell/plans",
  usage: (name: string, query: URLSearchParams) => `${tenant(name)}/usage?${query}`,
  usageFile: (name: string, query: URLSearchParams) => `${tenant(name)}/usage.csv?${query}`,
  events: (name: string, since: string | null) =>
    `/ws/v1/events?${new URLSearchParams({ tenant: name, ...(since !== null && { since }) })}`,
  brokers: "/api/v1/cell/brokers",
  broker,
  drain: (id: number) => `${broker(id)}/drain`,
  undrain: (id: number) => `${broker(id)}/undrain`,
  reassignments: "/api/v1/cell/reassignments",
  reassignment: (name: string, topicName: string, partition: number) =>
    `/api/v1/cell/reassignments/${part(name)}/${part(topicName)}/${partition}`,
  groups,
  groupTotals: (cluster: string) => `${groups(cluster)}:totals`,
  group,
  groupMembers: (cluster: string, name: string) => `${group(cluster, name)}/consumers`,
  lags: (cluster: string, name: string) => `${group(cluster, name)}/lags`,
  lagSummary: (cluster: string, name: string) => `${group(cluster, name)}/lag-summary`,
  resetOffsets: (cluster: string, name: string) => `${group(cluster, name)}/offsets:reset`,
  topics,
  topic,
  topicRows: (owner: string) => `${tenant(owner)}/topics`,
  partitionStates: (owner: string, name: string) =>
    `${tenant(owner)}/topics/${part(name)}/partitions`,
  configs: (cluster: string, name: string) => `${topic(cluster, name)}/configs`,
  alterConfigs: (cluster: string, name: string) => `${topic(cluster, name)}/configs:alter`,
  deleteRecords: (cluster: string, name: string) => `${topic(cluster, name)}/records:delete`,
  produce: (cluster: string, name: string) => `${topic(cluster, name)}/records`,
  records: (cluster: string, name: string, query: URLSearchParams) =>
    `${topic(cluster, name)}/records?${query}`,
  record: (cluster: string, name: string, partition: number, offset: string) =>
    `${topic(cluster, name)}/partitions/${partition}/records/${part(offset)}`,
  recordBytes: (cluster: string, name: string, partition: number, offset: string) =>
    `${topic(cluster, name)}/partitions/${partition}/records/${part(offset)}?format=base64`,
  plugins: (owner: string) => `${connectExtras(owner)}/plugins`,
  connectors: (owner: string) => `${connectExtras(owner)}/connectors`,
  tryConnector: (owner: string) => `${connectExtras(owner)}/connectors:try`,
  connectorOverview: (owner: string, name: string) =>
    `${connectExtras(owner)}/connectors/${part(name)}`,
  taskLog: (owner: string, name: string, task: number) =>
    `${connectExtras(owner)}/connectors/${part(name)}/tasks/${task}/log`,
  newConnector: (owner: string) => connect(owner, "connectors"),
  connector: (owner: string, name: string) => connector(owner, name, ""),
  connectorConfig: (owner: string, name: string) => connector(owner, name, "/config"),
  connectorVerb: (owner: string, name: string, verb: "pause" | "resume" | "stop") =>
    connector(owner, name, `/${verb}`),
  restartConnector: (owner: string, name: string, onlyFailed: boolean) =>
    connector(owner, name, `/restart?includeTasks=true&onlyFailed=${onlyFailed}`),
  restartTask: (owner: string, name: string, task: number) =>
    connector(owner, name, `/tasks/${task}/restart`),
  connectorTopics: (owner: string, name: string) => connector(owner, name, "/topics"),
  connectorOffsets: (owner: string, name: string) => connector(owner, name, "/offsets"),
  validateConfig: (owner: string, plugin: string) =>
    connect(owner, `connector-plugins/${part(plugin)}/config/validate`),
  testFilter: "/api/v1/filters:test",
};

/** Every URL of the service that the console calls. */

const part = encodeURIComponent;

const topics = (cluster: string) => `/kafka/v3/clusters/${part(cluster)}/topics`;
const topic = (cluster: string, name: string) => `${topics(cluster)}/${part(name)}`;

export const paths = {
  session: "/api/v1/session",
  overview: (tenant: string) => `/api/v1/tenants/${part(tenant)}/overview`,
  topics,
  topic,
  partitions: (cluster: string, name: string) => `${topic(cluster, name)}/partitions`,
  produce: (cluster: string, name: string) => `${topic(cluster, name)}/records`,
  records: (cluster: string, name: string, partition: number, query: URLSearchParams) =>
    `${topic(cluster, name)}/partitions/${partition}/records?${query}`,
  live: (name: string, query: URLSearchParams) => `/ws/v1/topics/${part(name)}?${query}`,
};

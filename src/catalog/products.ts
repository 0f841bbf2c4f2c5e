import { appleSilicon } from './apple-silicon.js'
import { autoscaling } from './autoscaling.js'
import { blockStorage } from './block-storage.js'
import type { CatalogService } from './catalog.js'
import { containerRegistry } from './container-registry.js'
import { containers } from './containers.js'
import { dataWarehouse } from './data-warehouse.js'
import { dedibox } from './dedibox.js'
import { distributedDataLab } from './distributed-data-lab.js'
import { domainsDns } from './domains-dns.js'
import { edgeServices } from './edge-services.js'
import { elasticMetal } from './elastic-metal.js'
import { fileStorage } from './file-storage.js'
import { functions } from './functions.js'
import { generativeApis } from './generative-apis.js'
import { inference } from './inference.js'
import { instances } from './instances.js'
import { interlink } from './interlink.js'
import { interlinkPartner } from './interlink-partner.js'
import { iot } from './iot.js'
import { ipam } from './ipam.js'
import { kafkaCluster } from './kafka-cluster.js'
import { keyManager } from './key-manager.js'
import { kubernetes } from './kubernetes.js'
import { loadBalancers } from './load-balancers.js'
import { mailbox } from './mailbox.js'
import { messagingAndQueuing } from './messaging-and-queuing.js'
import { mongodb } from './mongodb.js'
import { objectStorage } from './object-storage.js'
import { observability } from './observability.js'
import { privateNetworks } from './private-networks.js'
import { qaas } from './qaas.js'
import { redis } from './redis.js'
import { relationalDatabases } from './relational-databases.js'
import { searchdb } from './searchdb.js'
import { secretManager } from './secret-manager.js'
import { serverlessJobs } from './serverless-jobs.js'
import { serverlessSqlDatabase } from './serverless-sql-database.js'
import { siteToSiteVpn } from './site-to-site-vpn.js'
import { sshKeys } from './ssh-keys.js'
import { transactionalEmail } from './transactional-email.js'
import { vpc } from './vpc.js'
import { vpcGateway } from './vpc-gateway.js'
import { webHosting } from './web-hosting.js'

/** Everything that lives inside projects; `AllProducts*` covers exactly these. */
export const products: readonly CatalogService[] = [
  appleSilicon,
  autoscaling,
  blockStorage,
  containerRegistry,
  containers,
  dataWarehouse,
  dedibox,
  distributedDataLab,
  domainsDns,
  edgeServices,
  elasticMetal,
  fileStorage,
  functions,
  generativeApis,
  inference,
  instances,
  interlinkPartner,
  interlink,
  iot,
  ipam,
  kafkaCluster,
  keyManager,
  kubernetes,
  loadBalancers,
  mailbox,
  messagingAndQueuing,
  mongodb,
  objectStorage,
  observability,
  privateNetworks,
  qaas,
  redis,
  relationalDatabases,
  searchdb,
  secretManager,
  serverlessJobs,
  serverlessSqlDatabase,
  siteToSiteVpn,
  sshKeys,
  transactionalEmail,
  vpcGateway,
  vpc,
  webHosting,
]

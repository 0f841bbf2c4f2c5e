import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { get, overlap, uncovered, words } from '../../test/support/permission-sets.js'
import { onBuckets, s3 } from '../../test/support/s3-actions.js'
import type { PermissionSet } from '../domain/permission-set.js'
import { createAllProductsSets } from './all-products.js'
import { builtinPermissionSets, findBuiltinPermissionSet } from './builtin.js'
import { projectsSet } from './define.js'

const organizationNames = words(`
  AbuseTicketManager AuditTrailExportDelete AuditTrailExportRead AuditTrailFullAccess
  AuditTrailReadOnly BillingManager BillingReadOnly EnvironmentalImpactReadOnly
  IAMApplicationManager IAMApplicationReadOnly IAMGroupManager IAMGroupReadOnly IAMManager
  IAMPolicyManager IAMPolicyReadOnly IAMReadOnly IAMUserManager IAMUserReadOnly
  NotificationManagerFullAccess NotificationManagerReadOnly OrganizationManager
  OrganizationReadOnly ProjectManager ProjectReadOnly SupportTicketManager SupportTicketReadOnly
`)

const projectsNames = words(`
  AllProductsFullAccess AllProductsReadOnly AppleSiliconFullAccess AppleSiliconReadOnly
  AutoscalingFullAccess AutoscalingReadOnly BlockStorageFullAccess BlockStorageReadOnly
  ContainerRegistryFullAccess ContainerRegistryReadOnly ContainersFullAccess
  ContainersPrivateAccess ContainersReadOnly DataWarehouseFullAccess DataWarehouseReadOnly
  DediboxConsoleFullAccess DediboxFullAccess DediboxReadOnly DistributedDataLabFullAccess
  DistributedDataLabReadOnly DomainsDNSFullAccess DomainsDNSReadOnly EdgeServicesFullAccess
  EdgeServicesReadOnly ElasticMetalFullAccess ElasticMetalReadOnly FileStorageFullAccess
  FileStorageReadOnly FunctionsFullAccess FunctionsPrivateAccess FunctionsReadOnly
  GenerativeApisFullAccess GenerativeApisModelAccess IPAMFullAccess IPAMReadOnly
  InferenceFullAccess InferenceReadOnly InstancesFullAccess InstancesImageCreate
  InstancesImageDelete InstancesImageRead InstancesImageWrite InstancesIpCreate
  InstancesIpDelete InstancesIpRead InstancesIpWrite InstancesPlacementGroupCreate
  InstancesPlacementGroupDelete InstancesPlacementGroupList InstancesPlacementGroupRead
  InstancesPlacementGroupWrite InstancesPrivateNetworkInterfaceCreate
  InstancesPrivateNetworkInterfaceDelete InstancesPrivateNetworkInterfaceList
  InstancesPrivateNetworkInterfaceRead InstancesPrivateNetworkInterfaceWrite
  InstancesPrivateNicCreate InstancesPrivateNicDelete InstancesPrivateNicRead
  InstancesPrivateNicWrite InstancesReadOnly InstancesSecurityGroupCreate
  InstancesSecurityGroupDelete InstancesSecurityGroupList InstancesSecurityGroupRead
  InstancesSecurityGroupWrite InstancesServerCreate InstancesServerDelete InstancesServerList
  InstancesServerRead InstancesServerSerialConsoleAccess InstancesServerStart
  InstancesServerStop InstancesServerWrite InstancesSnapshotCreate InstancesSnapshotDelete
  InstancesSnapshotList InstancesSnapshotRead InstancesSnapshotWrite InstancesVolumeCreate
  InstancesVolumeDelete InstancesVolumeList InstancesVolumeRead InstancesVolumeWrite
  InterlinkFullAccess InterlinkPartnerFullAccess InterlinkPartnerReadOnly InterlinkReadOnly
  IoTFullAccess IoTReadOnly KafkaClusterFullAccess KafkaClusterReadOnly KeyManagerFullAccess
  KeyManagerKeyCreate KeyManagerKeyDecrypt KeyManagerKeyDelete KeyManagerKeyEncrypt
  KeyManagerKeyRestore KeyManagerKeySign KeyManagerKeyVerify KeyManagerKeyWrite
  KeyManagerReadOnly KubernetesExternalNodeRegister KubernetesFullAccess KubernetesReadOnly
  KubernetesSystemMastersGroupAccess LoadBalancersFullAccess LoadBalancersReadOnly
  MailboxFullAccess MailboxReadOnly MessagingAndQueuingFullAccess MessagingAndQueuingReadOnly
  MongoDBFullAccess MongoDBReadOnly ObjectStorageBucketPolicyFullAccess
  ObjectStorageBucketsDelete ObjectStorageBucketsRead ObjectStorageBucketsWrite
  ObjectStorageFullAccess ObjectStorageObjectsDelete ObjectStorageObjectsRead
  ObjectStorageObjectsWrite ObjectStorageReadOnly ObservabilityFullAccess
  ObservabilityGrafanaEditor ObservabilityReadOnly PrivateNetworksFullAccess
  PrivateNetworksReadOnly QaaSFullAccess QaaSReadOnly RedisFullAccess RedisReadOnly
  RelationalDatabasesFullAccess RelationalDatabasesReadOnly SSHKeysFullAccess SSHKeysReadOnly
  SearchDBFullAccess SearchDBReadOnly SecretManagerFullAccess SecretManagerReadOnly
  SecretManagerSecretAccess SecretManagerSecretCreate SecretManagerSecretDelete
  SecretManagerSecretRestore SecretManagerSecretWrite ServerlessJobsFullAccess
  ServerlessJobsReadOnly ServerlessSQLDatabaseDataReadWrite ServerlessSQLDatabaseFullAccess
  ServerlessSQLDatabaseReadOnly ServerlessSQLDatabaseReadWrite SiteToSiteVPNFullAccess
  SiteToSiteVPNReadOnly TransactionalEmailBlocklistFullAccess
  TransactionalEmailBlocklistReadOnly TransactionalEmailDomainFullAccess
  TransactionalEmailDomainReadOnly TransactionalEmailEmailApiCreate
  TransactionalEmailEmailFullAccess TransactionalEmailEmailReadOnly
  TransactionalEmailEmailSmtpCreate TransactionalEmailFullAccess
  TransactionalEmailOfferSubscriptionFullAccess TransactionalEmailOfferSubscriptionReadOnly
  TransactionalEmailPoolReadOnly TransactionalEmailProjectSettingsFullAccess
  TransactionalEmailProjectSettingsReadOnly TransactionalEmailReadOnly
  TransactionalEmailWebhookFullAccess TransactionalEmailWebhookReadOnly VPCFullAccess
  VPCGatewayFullAccess VPCGatewayReadOnly VPCReadOnly WebHostingFullAccess WebHostingReadOnly
`)

// What Postern asks of the callers of its own administration API.
const administration = words(`
  account:organization:{read,write,create,delete}
  account:project:{create,read,list,write,delete}
  iam:user:{create,read,list,write,delete,lock,invite}
  iam:application:{create,read,list,write,delete}
  iam:group:{create,read,list,write,delete}
  iam:policy:{create,read,list,write,delete}
  iam:permission-set:{create,read,list,write,delete}
  iam:user-api-key:{list,read,delete}
  iam:application-api-key:{create,list,read,write,delete}
  iam:decision:{ask,explain,watch}
  iam:log:{list,read}
`).flatMap(expanded)

const organizationSets = builtinPermissionSets.filter((set) => set.scopeType === 'organization')
const projectsSets = builtinPermissionSets.filter((set) => set.scopeType === 'projects')

test('the catalogue has exactly the known names, each with its scope type', () => {
  expect(organizationNames.length + projectsNames.length).toBe(202)
  expect(organizationSets.map(({ name }) => name).sort()).toEqual(organizationNames)
  expect(projectsSets.map(({ name }) => name).sort()).toEqual(projectsNames)
})

test('a set is found by its exact name', () => {
  expect(findBuiltinPermissionSet('InstancesServerStart')?.permissions).toEqual([
    'compute:servers:start',
  ])
  expect(findBuiltinPermissionSet('instancesserverstart')).toBeUndefined()
  expect(findBuiltinPermissionSet('')).toBeUndefined()
})

test('every set says what it is for, in well-formed permissions', () => {
  const wellFormed = /^[a-z][a-z0-9_]*(:\*|:[a-z][a-z0-9-]*:\*|:(\*|[a-z][a-z0-9-]*):\w+)$/
  for (const { name, description, permissions } of builtinPermissionSets) {
    expect(description, name).toMatch(/^[A-Z].{1,198}\.$/)
    expect(permissions, name).not.toHaveLength(0)
    expect(new Set(permissions).size, name).toBe(permissions.length)
    for (const permission of permissions) expect(permission, name).toMatch(wellFormed)
  }
})

test('no two sets have the same description', () => {
  const descriptions = builtinPermissionSets.map(({ description }) => description)
  expect(new Set(descriptions).size).toBe(descriptions.length)
})

test('every service file is part of the catalogue', async () => {
  const files = readdirSync(import.meta.dirname).filter((file) => !file.endsWith('.test.ts'))
  for (const file of files) {
    const exported = Object.values<unknown>(
      await import(/* @vite-ignore */ `./${file.replace('.ts', '.js')}`),
    )
    for (const { permissionSets } of exported.filter(isService)) {
      expect(builtinPermissionSets, file).toEqual(expect.arrayContaining(permissionSets))
    }
  }
})

test('full access covers whatever read-only covers', () => {
  const alone: string[] = []
  for (const readOnly of builtinPermissionSets) {
    if (!readOnly.name.endsWith('ReadOnly')) continue
    const product = readOnly.name.slice(0, -'ReadOnly'.length)
    const full =
      findBuiltinPermissionSet(`${product}FullAccess`) ??
      findBuiltinPermissionSet(`${product}Manager`)
    if (!full) alone.push(readOnly.name)
    else expect(uncovered(full, readOnly.permissions), full.name).toEqual([])
  }
  expect(alone).toEqual(['EnvironmentalImpactReadOnly', 'TransactionalEmailPoolReadOnly'])
})

test('read-only sets list and read, and no more', () => {
  const s3Reads = [...s3.ObjectStorageBucketsRead, ...s3.ObjectStorageObjectsRead]
  const policyReads = onBuckets('GetBucketPolicy GetBucketPolicyStatus')
  for (const { name, permissions } of builtinPermissionSets) {
    if (!name.endsWith('ReadOnly')) continue
    const more = permissions.filter((permission) => !/:(list|read)$/.test(permission))
    const s3Only = name === 'ObjectStorageReadOnly' || name === 'AllProductsReadOnly'
    expect(more.sort(), name).toEqual(s3Only ? [...s3Reads, ...policyReads].sort() : [])
  }
})

test('a set named after a verb allows that verb and no other', () => {
  const pattern =
    /^(?:Instances|SecretManagerSecret|KeyManagerKey|TransactionalEmailEmail|AuditTrailExport|Functions|Containers|GenerativeApis).*(Create|Delete|List|Read|Write|Start|Stop|Access|Restore|Encrypt|Decrypt|Sign|Verify)$/
  const named = builtinPermissionSets.filter(
    ({ name }) => pattern.test(name) && !name.endsWith('FullAccess'),
  )
  expect(named).toHaveLength(65)
  for (const { name, permissions } of named) {
    const verb = pattern.exec(name)?.[1]?.toLowerCase()
    expect(new Set(permissions.map((permission) => permission.split(':').at(-1)))).toEqual(
      new Set([verb]),
    )
  }
})

test('AllProductsFullAccess covers everything in projects and nothing of the organization', () => {
  const all = get('AllProductsFullAccess')
  expect(uncovered(all, projectsSets.flatMap(permissionsOf))).toEqual([])
  expect(overlap(all, organizationSets.flatMap(permissionsOf))).toEqual([])
})

test('AllProductsReadOnly covers every read-only set of products, and nothing that writes', () => {
  const all = get('AllProductsReadOnly')
  const readOnly = projectsSets.filter(({ name }) => name.endsWith('ReadOnly'))
  expect(uncovered(all, readOnly.flatMap(permissionsOf))).toEqual([])
  // `…ReadWrite` also reads.
  const writing = projectsSets.filter(({ name }) =>
    /(?<!Read)(Create|Delete|Write|Start)$/.test(name),
  )
  expect(overlap(all, writing.flatMap(permissionsOf))).toEqual([])
})

test('a product that joins the catalogue is covered by the sets that span the products', () => {
  const sets = createAllProductsSets([
    {
      service: 'robots',
      category: 'Robots',
      permissionSets: [projectsSet('RobotsReadOnly', 'See robots.', ['robots:arm:see'])],
    },
  ])
  expect(sets.map(permissionsOf)).toEqual([['robots:*'], ['robots:arm:see']])
})

test('no set of one scope type reaches a permission of the other', () => {
  for (const set of projectsSets) {
    expect(overlap(set, organizationSets.flatMap(permissionsOf)), set.name).toEqual([])
    expect(overlap(set, administration), set.name).toEqual([])
  }
  for (const set of organizationSets) {
    expect(overlap(set, projectsSets.flatMap(permissionsOf)), set.name).toEqual([])
  }
})

test('products and the organization share no service name', () => {
  const services = new Set(projectsSets.flatMap(permissionsOf).map(serviceOf))
  const shared = organizationSets.flatMap(permissionsOf).map(serviceOf)
  expect(shared.filter((service) => services.has(service))).toEqual([])
})

test('what secrets hold is not read by reading', () => {
  const data = ['secret_manager:secret:access', 'secret_manager:version:access']
  const holders = builtinPermissionSets.filter((set) => overlap(set, data).length > 0)
  expect(holders.map(({ name }) => name).sort()).toEqual([
    'AllProductsFullAccess',
    'SecretManagerFullAccess',
    'SecretManagerSecretAccess',
  ])
  for (const set of holders) expect(uncovered(set, data), set.name).toEqual([])
})

test.each([
  ['ProjectManager', /^account:project:/],
  ['ProjectReadOnly', /^account:project:(list|read)$/],
  ['IAMManager', /^(iam:|account:project:)/],
  ['IAMReadOnly', /^iam:.*:(list|read)$/],
  ['IAMApplicationManager', /^iam:(application|application-api-key):/],
  ['IAMApplicationReadOnly', /^iam:(application|application-api-key):(list|read)$/],
  ['IAMUserManager', /^iam:(user:|user-api-key:(list|read)$)/],
  ['IAMUserReadOnly', /^iam:(user|user-api-key):(list|read)$/],
  ['IAMGroupManager', /^iam:group:/],
  ['IAMGroupReadOnly', /^iam:group:(list|read)$/],
  ['IAMPolicyManager', /^iam:(policy:|permission-set:(list|read)$)/],
  ['IAMPolicyReadOnly', /^iam:(policy|permission-set):(list|read)$/],
  ['OrganizationManager', /^(iam|account):/],
  ['OrganizationReadOnly', /^account:organization:read$/],
])('%s gives exactly its part of the administration', (name, expected) => {
  expect(overlap(get(name), administration)).toEqual(
    administration.filter((permission) => expected.test(permission)),
  )
})

test('OrganizationManager spans projects, IAM, billing, tickets and audit reads', () => {
  const spanned = words(`ProjectManager IAMManager BillingManager SupportTicketManager
    AbuseTicketManager AuditTrailReadOnly AuditTrailExportRead OrganizationReadOnly`)
  const manager = get('OrganizationManager')
  expect(
    uncovered(
      manager,
      spanned.flatMap((name) => get(name).permissions),
    ),
  ).toEqual([])
  expect(overlap(manager, ['audit_trail:export:delete'])).toEqual([])
})

test('full access to Kubernetes is not `system:masters` inside it', () => {
  const masters = get('KubernetesSystemMastersGroupAccess').permissions
  expect(overlap(get('KubernetesFullAccess'), masters)).toEqual([])
})

function permissionsOf({ permissions }: PermissionSet): readonly string[] {
  return permissions
}

function serviceOf(permission: string): string {
  return permission.slice(0, permission.indexOf(':'))
}

function isService(value: unknown): value is { readonly permissionSets: PermissionSet[] } {
  return typeof value === 'object' && value !== null && 'permissionSets' in value
}

/** `iam:log:{list,read}` is `iam:log:list` and `iam:log:read`. */
function expanded(line: string): string[] {
  const [noun = '', verbs = ''] = line.split(/[{}]/)
  return verbs.split(',').map((verb) => noun + verb)
}

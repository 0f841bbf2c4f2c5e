import type { CatalogService } from './catalog.js'
import { projectsSet } from './define.js'

/**
 * Every S3 action is a permission under its own S3 name, so that a gateway can ask without a
 * table: `storage:object:GetObject`. The lower-case verbs are for services that do not speak S3.
 * Which set allows which S3 action is published; what is not listed is denied, and that is why no
 * set here is a wildcard: changing bucket policies needs its own set.
 */
export const objectStorage: CatalogService = {
  service: 'storage',
  category: 'Storage',
  permissionSets: [
    projectsSet('ObjectStorageReadOnly', 'See buckets, and read the objects in them.', readOnly()),
    projectsSet(
      'ObjectStorageFullAccess',
      'Do everything with buckets and objects, except change bucket policies.',
      fullAccess(),
    ),
    projectsSet('ObjectStorageObjectsRead', 'Read and list objects.', objectsRead()),
    projectsSet('ObjectStorageObjectsWrite', 'Create and change objects.', objectsWrite()),
    projectsSet('ObjectStorageObjectsDelete', 'Delete objects.', objectsDelete()),
    projectsSet('ObjectStorageBucketsRead', 'See buckets and their settings.', bucketsRead()),
    projectsSet('ObjectStorageBucketsWrite', 'Create and configure buckets.', bucketsWrite()),
    projectsSet('ObjectStorageBucketsDelete', 'Delete buckets.', bucketsDelete()),
    projectsSet('ObjectStorageBucketPolicyFullAccess', 'See and change bucket policies.', [
      ...bucketPoliciesRead(),
      ...onBuckets(['PutBucketPolicy', 'DeleteBucketPolicy']),
    ]),
  ],
}

function readOnly(): readonly string[] {
  return [...bucketsRead(), ...bucketPoliciesRead(), ...objectsRead()]
}

function fullAccess(): readonly string[] {
  return [
    ...readOnly(),
    ...bucketsWrite(),
    ...bucketsDelete(),
    ...objectsWrite(),
    ...objectsDelete(),
    ...onObjects(['GetObjectAttributes']),
  ]
}

function bucketsRead(): readonly string[] {
  return onBuckets([
    'list',
    'read',
    'GetBucketAcl',
    'GetBucketCors',
    'GetBucketLifecycleConfiguration',
    'GetBucketLocation',
    'GetBucketTagging',
    'GetBucketVersioning',
    'GetBucketWebsite',
    'HeadBucket',
    'ListBuckets',
  ])
}

function bucketPoliciesRead(): readonly string[] {
  return onBuckets(['GetBucketPolicy', 'GetBucketPolicyStatus'])
}

function bucketsWrite(): readonly string[] {
  return onBuckets([
    'write',
    'CreateBucket',
    'DeleteBucketCors',
    'DeleteBucketLifecycle',
    'DeleteBucketTagging',
    'DeleteBucketWebsite',
    'PutBucketAcl',
    'PutBucketCors',
    'PutBucketLifecycleConfiguration',
    'PutBucketTagging',
    'PutBucketVersioning',
    'PutBucketWebsite',
  ])
}

function bucketsDelete(): readonly string[] {
  return onBuckets(['delete', 'DeleteBucket'])
}

function objectsRead(): readonly string[] {
  return onObjects([
    'read',
    'GetObject',
    'GetObjectAcl',
    'GetObjectLegalHold',
    'GetObjectLockConfiguration',
    'GetObjectRetention',
    'GetObjectTagging',
    'HeadObject',
    'ListMultipartUploads',
    'ListObjects',
    'ListObjectsV2',
    'ListObjectVersions',
    'ListParts',
  ])
}

function objectsWrite(): readonly string[] {
  return onObjects([
    'write',
    'CompleteMultipartUpload',
    'CopyObject',
    'CreateMultipartUpload',
    'DeleteObjectTagging',
    'PostObject',
    'PutObject',
    'PutObjectAcl',
    'PutObjectLegalHold',
    'PutObjectLockConfiguration',
    'PutObjectRetention',
    'PutObjectTagging',
    'RestoreObject',
    'UploadPart',
    'UploadPartCopy',
  ])
}

function objectsDelete(): readonly string[] {
  return onObjects(['delete', 'AbortMultipartUpload', 'DeleteObject', 'DeleteObjects'])
}

function onBuckets(verbs: readonly string[]): readonly string[] {
  return verbs.map((verb) => `storage:bucket:${verb}`)
}

function onObjects(verbs: readonly string[]): readonly string[] {
  return verbs.map((verb) => `storage:object:${verb}`)
}

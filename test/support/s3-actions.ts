import { words } from './permission-sets.js'

/** One S3 action per word, as the published table gives them to the single sets. */
export const s3 = {
  ObjectStorageBucketsRead: onBuckets(`GetBucketAcl GetBucketCors GetBucketLifecycleConfiguration
    GetBucketLocation GetBucketTagging GetBucketVersioning GetBucketWebsite HeadBucket ListBuckets`),
  ObjectStorageBucketsWrite: onBuckets(`CreateBucket DeleteBucketCors DeleteBucketLifecycle
    DeleteBucketTagging DeleteBucketWebsite PutBucketAcl PutBucketCors PutBucketVersioning
    PutBucketLifecycleConfiguration PutBucketTagging PutBucketWebsite`),
  ObjectStorageBucketsDelete: onBuckets('DeleteBucket'),
  ObjectStorageObjectsRead: onObjects(`GetObject GetObjectAcl GetObjectLegalHold
    GetObjectLockConfiguration GetObjectRetention GetObjectTagging HeadObject ListMultipartUploads
    ListObjects ListObjectsV2 ListObjectVersions ListParts`),
  ObjectStorageObjectsWrite: onObjects(`CompleteMultipartUpload CopyObject CreateMultipartUpload
    DeleteObjectTagging PostObject PutObject PutObjectAcl PutObjectLegalHold
    PutObjectLockConfiguration PutObjectRetention PutObjectTagging RestoreObject UploadPart
    UploadPartCopy`),
  ObjectStorageObjectsDelete: onObjects('AbortMultipartUpload DeleteObject DeleteObjects'),
}

export function onBuckets(actions: string): string[] {
  return words(actions).map((action) => `storage:bucket:${action}`)
}

function onObjects(actions: string): string[] {
  return words(actions).map((action) => `storage:object:${action}`)
}

import { expect, test } from 'vitest'
import { get, overlap, uncovered } from '../../test/support/permission-sets.js'
import { onBuckets, s3 } from '../../test/support/s3-actions.js'

test('each Object Storage set allows exactly its S3 actions', () => {
  const actions = Object.values(s3).flat()
  for (const [name, allowed] of Object.entries(s3)) {
    expect(overlap(get(name), actions), name).toEqual(allowed)
  }
  expect(uncovered(get('ObjectStorageFullAccess'), actions)).toEqual([])
})

test('bucket policies are changed by their own set only', () => {
  const changes = onBuckets('PutBucketPolicy DeleteBucketPolicy')
  expect(overlap(get('ObjectStorageFullAccess'), changes)).toEqual([])
  expect(uncovered(get('ObjectStorageBucketPolicyFullAccess'), changes)).toEqual([])
})

test('Object Storage also answers to generic verbs', () => {
  const generic = ['object:read', 'object:write', 'object:delete'].concat([
    'bucket:read',
    'bucket:write',
    'bucket:delete',
    'bucket:list',
  ])
  const permissions = generic.map((permission) => `storage:${permission}`)
  expect(uncovered(get('ObjectStorageFullAccess'), permissions)).toEqual([])
  expect(overlap(get('ObjectStorageReadOnly'), permissions)).toEqual([
    'storage:object:read',
    'storage:bucket:read',
    'storage:bucket:list',
  ])
})

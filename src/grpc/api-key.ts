import type { ApiKey } from '../domain/api-key.js'
import { createApiKey, rotateApiKey } from '../service/api-key-issue.js'
import { deleteApiKey, getApiKey, listApiKeys, updateApiKey } from '../service/api-keys.js'
import { etagOf } from '../service/etag.js'
import type {
  ApiKeyServiceServer,
  CreateApiKeyRequest,
  DeleteApiKeyRequest,
  GetApiKeyRequest,
  ListApiKeysRequest,
  RotateApiKeyRequest,
  UpdateApiKeyRequest,
  ApiKey as WireApiKey,
} from './gen/postern/v1/api_key.js'
import type { Methods } from './method.js'
import { bearerIds, fromDuration, fromOptionalTime, toOptionalTime, toTime } from './values.js'

const unnarrowed = { actions: [], resources: [], projectIds: [], sourceCidrs: [] }

export function apiKeyHandlers({ read, write }: Methods): ApiKeyServiceServer {
  return {
    createApiKey: write(
      (act, request: CreateApiKeyRequest) =>
        createApiKey(act, {
          ...bearerIds(request.bearer),
          description: request.description,
          expiresAtMs: fromOptionalTime(request.expireTime),
          defaultProjectId: request.defaultProjectId,
          narrowing: request.narrowing ?? unnarrowed,
        }),
      ({ key, secret }, revision) => ({ apiKey: toApiKey(key, revision), secret }),
    ),
    getApiKey: read(
      (act, request: GetApiKeyRequest) => getApiKey(act, request.accessKey),
      toApiKey,
    ),
    listApiKeys: read(
      (act, request: ListApiKeysRequest) =>
        listApiKeys(act, {
          ...request,
          ...bearerIds(request.bearer),
          expired: request.expired,
        }),
      ({ items, nextPageToken }, revision) => ({
        apiKeys: items.map((key) => toApiKey(key, revision)),
        nextPageToken,
      }),
    ),
    updateApiKey: write(
      (act, { apiKey, updateMask }: UpdateApiKeyRequest) =>
        updateApiKey(act, {
          accessKey: apiKey?.accessKey ?? '',
          etag: apiKey?.etag ?? '',
          description: apiKey?.description ?? '',
          expiresAtMs: fromOptionalTime(apiKey?.expireTime),
          defaultProjectId: apiKey?.defaultProjectId ?? '',
          mask: updateMask ?? [],
        }),
      toApiKey,
    ),
    deleteApiKey: write(
      (act, request: DeleteApiKeyRequest) => deleteApiKey(act, request.accessKey),
      (_, revision) => ({ revision }),
    ),
    rotateApiKey: write(
      (act, request: RotateApiKeyRequest) =>
        rotateApiKey(act, {
          accessKey: request.accessKey,
          gracePeriodMs: fromDuration(request.gracePeriod) ?? 0,
        }),
      ({ key, secret }, revision) => ({ apiKey: toApiKey(key, revision), secret }),
    ),
  }
}

function toApiKey(key: ApiKey, revision: string): WireApiKey {
  const { actions, resources, projectIds, sourceCidrs } = key.narrowing
  return {
    accessKey: key.id,
    organizationId: key.organizationId,
    bearer: {
      $case: key.bearer.type === 'user' ? 'userId' : 'applicationId',
      value: key.bearer.id,
    },
    description: key.description,
    expireTime: toOptionalTime(key.expiresAtMs),
    defaultProjectId: key.defaultProjectId,
    narrowing: {
      actions: [...(actions ?? [])],
      resources: [...(resources ?? [])],
      projectIds: [...(projectIds ?? [])],
      sourceCidrs: [...(sourceCidrs ?? [])],
    },
    createTime: toTime(key.createdAtMs),
    updateTime: toTime(key.updatedAtMs),
    etag: etagOf(key),
    revision,
  }
}

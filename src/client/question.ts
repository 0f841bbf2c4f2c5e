import { AuthorizeRequest } from '../grpc/gen/postern/v1/authorization.js'

/** May the bearer of this key do this to that? */
export interface Question {
  /** The whole key, as the end client presented it. */
  readonly apiKey: string
  /** For example `compute:servers:start`. */
  readonly action: string
  /** Without a project it is the organization's own. */
  readonly resource?: ResourceOfQuestion
  /** Of the request that the resource service is about to serve. */
  readonly request?: { readonly ip?: string; readonly userAgent?: string }
  /** What conditions read as `context`. */
  readonly context?: Readonly<Record<string, unknown>>
}

export interface ResourceOfQuestion {
  readonly organizationId?: string
  readonly projectId?: string
  readonly type?: string
  readonly id?: string
  readonly name?: string
  readonly locality?: string
  readonly attributes?: Readonly<Record<string, unknown>>
}

export function toRequest({
  apiKey,
  action,
  resource = {},
  request,
  context,
}: Question): AuthorizeRequest {
  return AuthorizeRequest.fromPartial({ apiKey, action, resource, request, context } as object)
}

import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js'
import type { PosternClient, Question } from './client.js'
import { guard, keyOf } from './guard.js'

export interface GrpcInterceptorOptions {
  readonly client: Pick<PosternClient, 'authorize'>
  /** What a call of that method wants to do; the key is filled in. */
  toQuestion(path: string, metadata: Metadata): Pick<Question, 'action' | 'resource' | 'context'>
}

const codes = {
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  503: status.UNAVAILABLE,
}

/** For @grpc/grpc-js servers: handlers see only calls that are allowed. */
export function posternInterceptor({
  client,
  toQuestion,
}: GrpcInterceptorOptions): ServerInterceptor {
  return (method, call) =>
    new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, proceed) {
            const question = questionOf(() => toQuestion(method.path, metadata), metadata)
            guard(client, question).then((verdict) => {
              if (verdict.outcome === 'allowed') proceed(metadata)
              else call.sendStatus({ code: codes[verdict.status], details: verdict.message })
            }, proceedNever)
          },
        }),
    })
}

function questionOf(
  toQuestion: () => Pick<Question, 'action' | 'resource' | 'context'>,
  metadata: Metadata,
): Question | undefined {
  try {
    const values = metadata.get('authorization').map(String)
    return { ...toQuestion(), apiKey: keyOf(values) }
  } catch {
    return undefined
  }
}

/** `guard` never rejects; if it did, the call would stay where it is until its deadline. */
function proceedNever(): void {}

import type { ClientModel } from './client-model.js'
import { type ModelStream, State } from './model-stream.js'
import { endStreamFlag, hasFlag, idAt, type RawFrame } from './octets.js'
import { carried } from './padding.js'
import { windowBytesMax } from './settings.js'
import {
  both,
  codes,
  either,
  ends,
  fine,
  mayEnd,
  mayReset,
  resets,
  type Verdict,
} from './verdict.js'

/** What each state that the stream may be in calls for, and of that what all of them do. */
export function judgeStates(states: number, judge: (state: number) => Verdict): Verdict {
  let verdict: Verdict | undefined
  for (const state of Object.values(State)) {
    if ((states & state) === 0) continue
    const one = judge(state)
    verdict = verdict === undefined ? one : either(verdict, one)
  }
  return verdict ?? fine
}

/** RFC 9113 section 6.1. */
export function judgeData(model: ClientModel, frame: RawFrame): Verdict {
  const { payload, streamId } = frame
  if (streamId === 0) return ends('PROTOCOL_ERROR')
  const { octets, verdict: padding } = carried(frame)
  let verdict = both(padding, judgeConnectionWindow(model, payload.length))
  const states = model.statesOf(streamId)
  if (states === 0) return both(verdict, ends('PROTOCOL_ERROR'))
  const stream = model.streams.get(streamId)
  const onOpen = stream && states & State.open ? judgeOpenData(model, stream, frame, octets) : fine
  if (octets.length > 0) model.floods.useful(states === State.open)
  else verdict = both(verdict, model.idleFrame(false))
  return both(
    verdict,
    judgeStates(states, (state) => dataIn(state, onOpen)),
  )
}

/** Section 6.9: what the server gave back meanwhile it may have given before or after. */
function judgeConnectionWindow(model: ClientModel, bytes: number): Verdict {
  model.receiveWindow -= bytes
  const left = model.receiveWindow
  if (left + model.answers.creditOf(0) < 0) return ends('FLOW_CONTROL_ERROR')
  return left < 0 ? mayEnd('FLOW_CONTROL_ERROR') : fine
}

function dataIn(state: number, onOpen: Verdict): Verdict {
  switch (state) {
    case State.open:
      return onOpen
    case State.complete:
      // Section 5.1 lets the connection end, section 6.1 asks for a stream error.
      return { ...resets('STREAM_CLOSED'), end: codes('STREAM_CLOSED') }
    case State.resetByServer:
      // On its way when the client heard of it.
      return fine
    default:
      return resets('STREAM_CLOSED')
  }
}

function judgeOpenData(
  model: ClientModel,
  stream: ModelStream,
  frame: RawFrame,
  octets: Buffer,
): Verdict {
  let verdict = fine
  stream.receiveWindow -= frame.payload.length
  const left = stream.receiveWindow
  if (left + model.answers.creditOf(stream.id) < 0) verdict = resets('FLOW_CONTROL_ERROR')
  else if (left < 0) verdict = mayReset('FLOW_CONTROL_ERROR')
  const isLast = hasFlag(frame, endStreamFlag)
  if (isLast) stream.hasClientEnded = true
  if (stream.bodyLeft === undefined) return verdict
  stream.bodyLeft -= octets.length
  const isWrong = !(stream.bodyLeft >= 0) || (isLast && stream.bodyLeft !== 0)
  return isWrong ? both(verdict, resets('PROTOCOL_ERROR')) : verdict
}

/** Section 6.3. What depends on itself was a stream error in RFC 7540, and is here. */
export function judgePriority(model: ClientModel, frame: RawFrame): Verdict {
  const { payload, streamId } = frame
  if (streamId === 0) return ends('PROTOCOL_ERROR')
  const isIdle = model.statesOf(streamId) === 0
  // Section 6.4: an idle stream cannot be reset.
  const error = isIdle ? ends : resets
  if (payload.length !== 5) return error('FRAME_SIZE_ERROR')
  return idAt(payload) === streamId ? error('PROTOCOL_ERROR') : fine
}

/** Section 6.4. */
export function judgeRstStream(model: ClientModel, frame: RawFrame): Verdict {
  const { payload, streamId } = frame
  let verdict = fine
  if (payload.length !== 4) verdict = ends('FRAME_SIZE_ERROR')
  if (streamId === 0) return both(verdict, ends('PROTOCOL_ERROR'))
  if (model.statesOf(streamId) === 0) verdict = both(verdict, ends('PROTOCOL_ERROR'))
  if (verdict.mustEnd) return verdict
  const stream = model.streams.get(streamId)
  if (stream && !stream.isClosed) stream.hasClientReset = true
  return both(verdict, model.floods.note('resets', model.nowMs))
}

/** Section 6.9, on a stream. */
export function judgeWindowUpdate(model: ClientModel, frame: RawFrame): Verdict {
  const states = model.statesOf(frame.streamId)
  if (states === 0) return ends('PROTOCOL_ERROR')
  const stream = model.streams.get(frame.streamId)
  if (!stream) return fine
  const bytes = idAt(frame.payload)
  stream.granted += bytes
  const most = stream.granted + model.settings.windowBytes
  const least = most - model.answers.dataOf(stream.id)
  return judgeStates(states, (state) => {
    if (state !== State.open && state !== State.halfClosed) return fine
    if (bytes === 0) return resets('PROTOCOL_ERROR')
    if (least > windowBytesMax) return resets('FLOW_CONTROL_ERROR')
    return most > windowBytesMax ? mayReset('FLOW_CONTROL_ERROR') : fine
  })
}

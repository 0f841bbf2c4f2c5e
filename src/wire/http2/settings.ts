import { putUint32, uint16At, uint32At } from '../octets.js'
import { ConnectionError, ErrorCode } from './error-code.js'
import { type Frame, frameBytesMax } from './frame.js'

/** RFC 9113 section 6.5.2. */
export const Setting = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const

/** Section 6.9.2: every window starts so, until settings say otherwise. */
export const initialWindowBytes = 65_535
export const windowBytesMax = 0x7fffffff

const settingBytes = 6
/** Each setting is looked at; nobody has a reason to send more than there are. */
const settingsCountMax = 32

/** What the peer has said about itself, as far as a server's answers depend on it. */
export interface PeerSettings {
  headerTableBytes: number
  /** The smallest that the last frame has named or left: it may name several. */
  headerTableBytesMin: number
  initialWindowBytes: number
}

export function defaultPeerSettings(): PeerSettings {
  return { headerTableBytes: 4_096, headerTableBytesMin: 4_096, initialWindowBytes }
}

/** Changes `settings` in the order of the frame; unknown ones are passed over. */
export function applySettings(settings: PeerSettings, { octets, start, end }: Frame): void {
  if ((end - start) % settingBytes !== 0) {
    throw new ConnectionError(ErrorCode.frameSizeError, 'a setting is cut off')
  }
  if (end - start > settingsCountMax * settingBytes) {
    throw new ConnectionError(ErrorCode.enhanceYourCalm, 'too many settings')
  }
  settings.headerTableBytesMin = settings.headerTableBytes
  for (let at = start; at < end; at += settingBytes) {
    applySetting(settings, uint16At(octets, at), uint32At(octets, at + 2))
  }
}

function applySetting(settings: PeerSettings, name: number, value: number): void {
  switch (name) {
    case Setting.headerTableSize:
      settings.headerTableBytes = value
      settings.headerTableBytesMin = Math.min(settings.headerTableBytesMin, value)
      return
    case Setting.enablePush:
      if (value > 1) throw invalid(ErrorCode.protocolError)
      return
    case Setting.initialWindowSize:
      if (value > windowBytesMax) throw invalid(ErrorCode.flowControlError)
      settings.initialWindowBytes = value
      return
    case Setting.maxFrameSize:
      // No frame of this side's is larger than everybody takes: streams are to get their turns.
      if (value < frameBytesMax || value > 0xffffff) throw invalid(ErrorCode.protocolError)
      return
    default:
      return
  }
}

function invalid(code: ErrorCode): ConnectionError {
  return new ConnectionError(code, 'a setting has a value that it cannot have')
}

/** The payload of a SETTINGS frame. */
export function encodeSettings(settings: readonly (readonly [number, number])[]): Buffer {
  const payload = Buffer.alloc(settings.length * settingBytes)
  for (const [index, [name, value]] of settings.entries()) {
    payload.writeUInt16BE(name, index * settingBytes)
    putUint32(payload, index * settingBytes + 2, value)
  }
  return payload
}

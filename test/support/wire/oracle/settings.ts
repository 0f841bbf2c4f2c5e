import { both, ends, fine, mayEnd, type Verdict } from './verdict.js'

export const windowBytesMax = 0x7fffffff
export const initialWindowBytes = 65_535
/** More in one frame are more than there are, several times: this server has had enough. */
const settingsMax = 32

/** What one SETTINGS frame of the client makes of the two settings that show in answers. */
export interface ClientSettings {
  readonly windowBytes: number
  /** The largest window that the frame names on the way. */
  readonly windowBytesPeak: number
  readonly tableBytes: number
  readonly tableBytesLeast: number
}

export const defaultSettings: ClientSettings = {
  windowBytes: initialWindowBytes,
  windowBytesPeak: initialWindowBytes,
  tableBytes: 4_096,
  tableBytesLeast: 4_096,
}

export function readSettings(before: ClientSettings, payload: Buffer): ClientSettings {
  let { windowBytes, tableBytes } = before
  let windowBytesPeak = windowBytes
  let tableBytesLeast = tableBytes
  for (let at = 0; at + 6 <= payload.length; at += 6) {
    const value = payload.readUInt32BE(at + 2)
    if (payload.readUInt16BE(at) === 1) {
      tableBytes = value
      tableBytesLeast = Math.min(tableBytesLeast, value)
    }
    if (payload.readUInt16BE(at) === 4) {
      windowBytes = value
      windowBytesPeak = Math.max(windowBytesPeak, value)
    }
  }
  return { windowBytes, windowBytesPeak, tableBytes, tableBytesLeast }
}

/** RFC 9113 sections 6.5 and 6.5.2. */
export function judgeSettings(payload: Buffer): Verdict {
  if (payload.length % 6 !== 0) return ends('FRAME_SIZE_ERROR')
  let verdict: Verdict = payload.length > settingsMax * 6 ? ends('ENHANCE_YOUR_CALM') : fine
  for (let at = 0; at < payload.length; at += 6) {
    verdict = both(verdict, judgeSetting(payload.readUInt16BE(at), payload.readUInt32BE(at + 2)))
  }
  return verdict
}

function judgeSetting(name: number, value: number): Verdict {
  if (name === 2 && value > 1) return ends('PROTOCOL_ERROR')
  if (name === 4 && value > windowBytesMax) return ends('FLOW_CONTROL_ERROR')
  if (name === 5 && (value < 16_384 || value > 16_777_215)) return ends('PROTOCOL_ERROR')
  return fine
}

/** Section 6.9.1: a window that cannot be written, for certain or only perhaps. */
export function judgeWindow(least: number, most: number): Verdict {
  if (least > windowBytesMax) return ends('FLOW_CONTROL_ERROR')
  return most > windowBytesMax ? mayEnd('FLOW_CONTROL_ERROR') : fine
}

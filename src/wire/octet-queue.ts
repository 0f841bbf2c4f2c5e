const nothing: Buffer = Buffer.alloc(0)
const firstCapacity = 256
/** Memory that is to grow again doubles, but never has more than this to spare. */
const spareMax = 65_536

/**
 * Octets copied out of memory that must not be held for long, one after another in memory of their
 * own: many small pieces cost no more than a large one. Octets that were handed out do not change.
 */
export class OctetQueue {
  /** What is queued lies from `start` to before `end`. */
  octets = nothing
  start = 0
  end = 0

  get bytes(): number {
    return this.end - this.start
  }

  /** The memory held. */
  get capacity(): number {
    return this.octets.length
  }

  /** The memory held once `bytes` more are queued. */
  capacityFor(bytes: number): number {
    if (this.end + bytes <= this.capacity) return this.capacity
    const needed = this.bytes + bytes
    const spare = this.bytes === 0 ? 0 : Math.min(needed, spareMax)
    return Math.max(firstCapacity, needed + spare)
  }

  push(octets: Uint8Array): void {
    if (this.end + octets.length > this.capacity) this.#move(this.capacityFor(octets.length))
    this.octets.set(octets, this.end)
    this.end += octets.length
  }

  /** Drops the first `bytes`; with the last of them, the memory. */
  shift(bytes: number): void {
    this.start += bytes
    if (this.start === this.end) this.clear()
  }

  clear(): void {
    this.octets = nothing
    this.start = this.end = 0
  }

  /** Not from Node's pool, of which a few octets would hold much more. */
  #move(capacity: number): void {
    const room = Buffer.allocUnsafeSlow(capacity)
    room.set(this.octets.subarray(this.start, this.end))
    this.end -= this.start
    this.start = 0
    this.octets = room
  }
}

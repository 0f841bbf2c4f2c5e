/** How long a connection goes on before everybody else gets a turn of the event loop. */
export interface Turn {
  /** Long enough, though more frames wait. */
  isOver(): boolean
  /** So long that the rest of a frame is to wait. */
  isLong(): boolean
  /** Calls `goOn` in a turn of its own, after everybody else's. */
  rest(goOn: () => void): void
}

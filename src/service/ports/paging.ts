/** A page of a list in ascending order of creation; ties by id. */
export interface PageRequest {
  readonly size: number
  /** The last element of the page before. */
  readonly after?: PagePosition
}

export interface PagePosition {
  readonly createdAtMs: number
  readonly id: string
}

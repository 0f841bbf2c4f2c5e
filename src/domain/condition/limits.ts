export const SOURCE_CHARACTERS_MAX = 2_048
export const NODES_MAX = 256
export const DEPTH_MAX = 32
export const NESTED_LOOPS_MAX = 2

/** What one loop over a variable may see; a longer list is an error when it is looped over. */
export const RANGE_MAX = 100
/** Loop rounds in the worst case, innermost loops counted. */
export const STEPS_MAX = 10_000
/** A loop body larger than this counts as more than one step a round. */
export const NODES_PER_STEP = 32

export const PATTERN_CHARACTERS_MAX = 200
/** Counted repeats in sum; they are unrolled, and the engine takes its time over that. */
export const PATTERN_REPEATS_MAX = 256
/** After unrolling: `(\pL{25}){10}` is small to write and a megabyte to keep. */
export const PATTERN_INSTRUCTIONS_MAX = 1_000

/** Units of about a tenth of a microsecond; see `meter.ts`. */
export const EVALUATION_UNITS_MAX = 400_000
export const TEXT_LENGTH_MAX = 65_536
export const LIST_LENGTH_MAX = 1_000
export const USER_AGENT_CHARACTERS_MAX = 255

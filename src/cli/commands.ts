import { check } from './check.js'
import type { Command } from './command.js'
import { enroll } from './enroll.js'
import { explain } from './explain.js'
import { exportCommand } from './export.js'
import { createHelp } from './help.js'
import { importCommand } from './import.js'
import { importScaleway } from './import-scaleway.js'
import { keyCreate } from './key-create.js'
import { keyList } from './key-list.js'
import { keyRevoke } from './key-revoke.js'
import { keyRotate } from './key-rotate.js'
import { organizationShow } from './organization-show.js'
import { policyTest } from './policy-test.js'
import { serve } from './serve.js'
import { storeNewEpoch } from './store-new-epoch.js'
import { userEnroll } from './user-enroll.js'
import { version } from './version.js'
import { whoami } from './whoami.js'

const withoutHelp: readonly Command[] = [
  serve,
  check,
  explain,
  importCommand,
  importScaleway,
  exportCommand,
  policyTest,
  keyCreate,
  keyList,
  keyRevoke,
  keyRotate,
  userEnroll,
  enroll,
  organizationShow,
  whoami,
  storeNewEpoch,
  version,
]

/** In the order in which help lists them. */
export const commands: readonly Command[] = [...withoutHelp, createHelp(withoutHelp)]

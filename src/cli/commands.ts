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
import { resourceDelete } from './resource-delete.js'
import { resourceList } from './resource-list.js'
import { resourceRegister } from './resource-register.js'
import { serve } from './serve.js'
import { simulate } from './simulate.js'
import { storeNewEpoch } from './store-new-epoch.js'
import { userEnroll } from './user-enroll.js'
import { version } from './version.js'
import { whatCan } from './what-can.js'
import { whereCan } from './where-can.js'
import { whoCan } from './who-can.js'
import { whoami } from './whoami.js'

const withoutHelp: readonly Command[] = [
  serve,
  check,
  explain,
  whoCan,
  whatCan,
  whereCan,
  simulate,
  importCommand,
  importScaleway,
  exportCommand,
  policyTest,
  keyCreate,
  keyList,
  keyRevoke,
  keyRotate,
  resourceRegister,
  resourceList,
  resourceDelete,
  userEnroll,
  enroll,
  organizationShow,
  whoami,
  storeNewEpoch,
  version,
]

/** In the order in which help lists them. */
export const commands: readonly Command[] = [...withoutHelp, createHelp(withoutHelp)]

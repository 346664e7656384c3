/** Every page, by its name in the address. */

import { accessPage } from './page/access.ts';
import { alertsPage } from './page/alerts.ts';
import { changesPage } from './page/changes.ts';
import { compliancePage } from './page/compliance.ts';
import { decisionsPage } from './page/decisions.ts';
import { devicesPage } from './page/devices.ts';
import { enrollPage } from './page/enroll.ts';
import { exceptionsPage } from './page/exceptions.ts';
import { logPage } from './page/log.ts';
import { overviewPage } from './page/overview.ts';
import { policiesPage } from './page/policies.ts';
import type { Page } from './page.ts';
import type { PageName } from './route.ts';

/** Signing in is none of them: it is there where nobody is signed in. */
export const pages: Readonly<Partial<Record<PageName, Page>>> = {
  overview: overviewPage,
  decisions: decisionsPage,
  policies: policiesPage,
  changes: changesPage,
  exceptions: exceptionsPage,
  alerts: alertsPage,
  compliance: compliancePage,
  devices: devicesPage,
  access: accessPage,
  log: logPage,
  enroll: enrollPage,
};

/** Every page, by its name in the address. */

import { decisionsPage } from './page/decisions.ts';
import { overviewPage } from './page/overview.ts';
import type { Page } from './page.ts';
import type { PageName } from './route.ts';

/** The first five are the menu, in its order. */
export const pages: Readonly<Partial<Record<PageName, Page>>> = {
  overview: overviewPage,
  decisions: decisionsPage,
};

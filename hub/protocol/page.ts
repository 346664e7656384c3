/** What the page and the hub agree on, without schemas: the page takes this into its bundle. */

/** Goes with the session's cookie on every request. */
export const pageKeyHeader = 'x-kerb-page';
/** Offered on a WebSocket, which can have no header of the page's; the key is offered as a second protocol. */
export const hintsProtocol = 'kerb-hints';

export const pagePaths = {
  /** `POST` */
  signIns: '/v1/sign-ins',
  /** `POST`, `DELETE` */
  session: '/v1/session',
  /** `GET`: where people can sign in. `POST`: begins that. */
  providers: '/v1/sign-ins/providers',
  /** `POST`: a token for the command line. */
  sessionTokens: '/v1/session/tokens',
} as const;

/** Where a provider sends people back to. */
export const providerReturn = '/sign-in';

/** Where the page takes a code: in the fragment, which no request carries. */
export const signInAddress = (url: string, code: string): string => `${url}/#/sign-in?code=${code}`;

import { expandPath, type TokenValues } from './expand-tokens.ts';
import { flag, type Settings, setting } from './settings.ts';

/** What a person's ssh configuration asks for that only the system's ssh client can do. */
export interface ClientOnlySettings {
  readonly certificateFiles: readonly string[];
  readonly pkcs11Provider: string | null;
  /** Kerberos; distributions switch it on for everybody, so a ticket must be there as well. */
  readonly gssapi: boolean;
  readonly hostbased: boolean;
  /** Where an open connection of the person's own would be. */
  readonly controlPath: string | null;
  readonly proxyUseFdpass: boolean;
  readonly knownHostsCommand: string | null;
  readonly revokedHostKeys: string | null;
  readonly verifyHostKeyDns: boolean;
}

/** Of a target that no configuration speaks of. */
export const noClientOnlySettings: ClientOnlySettings = {
  certificateFiles: [],
  pkcs11Provider: null,
  gssapi: false,
  hostbased: false,
  controlPath: null,
  proxyUseFdpass: false,
  knownHostsCommand: null,
  revokedHostKeys: null,
  verifyHostKeyDns: false,
};

export function clientOnlySettings(settings: Settings, tokens: TokenValues): ClientOnlySettings {
  const path = (keyword: string) => {
    const value = setting(settings, keyword);
    return value === null ? null : expandPath(value, tokens);
  };
  const command = setting(settings, 'knownhostscommand');
  const dns = settings.get('verifyhostkeydns')?.[0] ?? 'no';
  return {
    certificateFiles: (settings.get('certificatefile') ?? [])
      .filter((file) => file !== 'none')
      .map((file) => expandPath(file, tokens)),
    pkcs11Provider: path('pkcs11provider'),
    gssapi: flag(settings, 'gssapiauthentication', false),
    hostbased: flag(settings, 'hostbasedauthentication', false),
    controlPath: path('controlpath'),
    proxyUseFdpass: flag(settings, 'proxyusefdpass', false),
    knownHostsCommand: command,
    revokedHostKeys: path('revokedhostkeys'),
    verifyHostKeyDns: dns !== 'no' && dns !== 'false',
  };
}

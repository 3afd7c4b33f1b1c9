import { McpcatError } from '../../lib/errors.ts';
import { because, changed, type Draft } from '../draft.ts';
import { answers, quote, outputLines, type Detection, type Situation } from './detection.ts';

/** Debian's packages of programs whose names differ, and of libraries. */
const packages: Readonly<Record<string, string>> = {
  rg: 'ripgrep',
  fd: 'fd-find',
  chromium: 'chromium',
  'chromium-browser': 'chromium',
  'google-chrome': 'chromium',
  'google-chrome-stable': 'chromium',
  chrome: 'chromium',
  chromedriver: 'chromium-driver',
  pdftotext: 'poppler-utils',
  pdftoppm: 'poppler-utils',
  tesseract: 'tesseract-ocr',
  convert: 'imagemagick',
  magick: 'imagemagick',
  ssh: 'openssh-client',
  scp: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  psql: 'postgresql-client',
  pg_dump: 'postgresql-client',
  mysql: 'default-mysql-client',
  dot: 'graphviz',
  ffprobe: 'ffmpeg',
  java: 'default-jre-headless',
  soffice: 'libreoffice-core',
  'redis-cli': 'redis-tools',
  ps: 'procps',
  ping: 'iputils-ping',
  dig: 'bind9-dnsutils',
  nslookup: 'bind9-dnsutils',
  'libgomp.so.1': 'libgomp1',
  'libGL.so.1': 'libgl1',
  'libglib-2.0.so.0': 'libglib2.0-0t64',
  'libgthread-2.0.so.0': 'libglib2.0-0t64',
  'libsecret-1.so.0': 'libsecret-1-0',
  'libmagic.so.1': 'libmagic1t64',
  'libpq.so.5': 'libpq5',
  'libcairo.so.2': 'libcairo2',
  'libpango-1.0.so.0': 'libpango-1.0-0',
  'libpangocairo-1.0.so.0': 'libpangocairo-1.0-0',
  'libgobject-2.0-0': 'libpango-1.0-0',
  'libfontconfig.so.1': 'libfontconfig1',
  'libfreetype.so.6': 'libfreetype6',
  'libX11.so.6': 'libx11-6',
  'libxml2.so.2': 'libxml2',
  'libzstd.so.1': 'libzstd1',
  'libsqlite3.so.0': 'libsqlite3-0',
  'libasound.so.2': 'libasound2t64',
  'libportaudio.so.2': 'libportaudio2',
  'libodbc.so.2': 'libodbc2',
  'libusb-1.0.so.0': 'libusb-1.0-0',
  'libz.so.1': 'zlib1g',
  'libffi.so.8': 'libffi8',
};
/** Programs that Debian has under their own name. */
const same =
  /^(git|ffmpeg|curl|jq|pandoc|graphviz|sqlite3|ripgrep|adb|nmap|whois|gh|unzip|zip|rsync|imagemagick|exiftool|yt-dlp|chromium|subversion|mercurial|qpdf|ghostscript|gs|traceroute|openssl|hugo|nodejs|xvfb|lynx|wget|sox|espeak-ng)$/;
/** No image has them, on purpose: with a shell or a package manager in it a server could do anything. */
const never =
  /^(sh|bash|zsh|cmd|powershell|npm|npx|pnpm|yarn|node|pip|pip3|uv|uvx|sudo|apt|apt-get|brew|systemctl|open|xdg-open|osascript|which|where|env|python|python3|docker|podman|kubectl|cat|ls|uname|security|reg|code|cursor)$/;

const asks: readonly RegExp[] = [
  /spawn(?:Sync)? (?:\/[^\s']*\/)?([\w.+-]+) ENOENT/g,
  /\[Errno 2\] No such file or directory: '([\w.+-]+)'/g,
  /exec: "([\w.+-]+)": executable file not found/g,
  /(?:^|\s|: )([\w.+-]+): (?:command )?not found\b/g,
  /(lib[\w.+-]+\.so[.\d]*): cannot open shared object file/g,
  /cannot load library '(lib[\w.+-]+)'/g,
  /command not found: ([\w.+-]+)/g,
  /\b(git|ffmpeg|ripgrep|rg|tesseract|poppler|pandoc|chromium|google-chrome|adb)\b (?:is )?(?:not|could not be|wasn't) (?:installed|found|available)/gi,
];

/** The Debian package of a program; undefined if there is none, or none that an image may have. */
export function packageOf(program: string): string | undefined {
  if (never.test(program)) return undefined;
  return packages[program] ?? (same.test(program) ? program : undefined);
}

/** Programs and libraries that it looked for, as Debian packages. */
export function missingPrograms(situation: Situation): Detection[] {
  const lines = [...outputLines(situation), ...answers(situation)];
  const found = lines.flatMap((line) =>
    asks.flatMap((pattern) =>
      [...line.matchAll(pattern)].map((match) => ({ program: match[1] ?? '', line })),
    ),
  );
  return found.flatMap(({ program, line }) => {
    const name = packageOf(program);
    if (name === undefined || situation.draft.entry.system.some((one) => one === name)) return [];
    return [
      {
        key: `system ${name}`,
        what: `starts ${program}`,
        apply: (draft: Draft) => withPackage(draft, name, quote(line)),
        renews: 'lock' as const,
      },
    ];
  });
}

function withPackage(draft: Draft, name: string, why: string): Draft {
  const system = [...draft.entry.system, name];
  return changed(draft, { system }, { field: 'system', value: name, why });
}

/** It starts a shell, and no image has one: a person has to know which of its tools that takes away. */
export function missingShell(situation: Situation): Detection[] {
  const line = [...outputLines(situation), ...answers(situation)].find((one) =>
    /spawn(?:Sync)? (?:\/bin\/)?(?:ba)?sh ENOENT|No such file or directory: '(?:\/bin\/)?(?:ba)?sh'|exec: "(?:ba)?sh": executable/.test(
      one,
    ),
  );
  if (line === undefined || situation.seen.failure !== undefined) return [];
  const why = `no image has a shell, so what it starts through one FAILS: ${quote(line)}`;
  return [
    {
      key: 'shell',
      what: 'starts a shell, which there is none of',
      apply: (draft) => because(draft, { field: 'system', value: 'sh', why }),
      quiet: true,
    },
  ];
}

/**
 * A native module without its compiled part: its install script makes it. Such a script is a stranger's program that runs
 * while the image is built, so what the server says is only a hint: a person has to have allowed it.
 */
export function missingScripts(situation: Situation): Detection[] {
  const { lock, draft, allowedScripts } = situation;
  if (situation.seen.failure === undefined || lock.scripts.length === 0) return [];
  const text = outputLines(situation).join('\n');
  const native =
    /\.node\b|bindings? file|native (?:binding|module|addon)|prebuil[dt]|node-gyp|Could not load the "|Cannot find module ['"][^'"]*(?:binding|build\/Release)/i.test(
      text,
    );
  const named = lock.scripts.filter(
    (name) => text.includes(name) || text.includes(name.replaceAll('-', '_')),
  );
  const wanted = (named.length > 0 ? named : native ? lock.scripts : []).filter(
    (name) => !draft.entry.scripts.some((one) => one.package === name),
  );
  return wanted.map((name) => ({
    key: `script ${name}`,
    what: `needs the install script of ${name}`,
    apply: (old: Draft) => {
      if (!allowedScripts.includes(name))
        throw new McpcatError(
          'script-not-allowed',
          'no program of a package runs in a build unless a person allows it',
        );
      return changed(
        old,
        { scripts: [...old.entry.scripts, { package: name, reason: 'Compiles its native part' }] },
        { field: 'scripts', value: name, why: 'its native part was missing' },
      );
    },
    renews: 'image' as const,
  }));
}

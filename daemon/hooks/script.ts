/**
 * The hooks as files. Each is a small POSIX shell script that asks the daemon over its socket: by perl, which takes 4 ms,
 * else by curl, else by `kerb hook`, which judges in a process of its own where no daemon answers. It knows everything by
 * its absolute path, since a GUI may start it with an empty PATH; only `git` is found, which git itself sees to.
 */

/** Hooks that ask a gate. `pre-merge-commit` is the pre-commit of a merge. */
export const judgingHooks = ['pre-commit', 'pre-merge-commit', 'commit-msg', 'pre-push'] as const;
export type JudgingHook = (typeof judgingHooks)[number];

/** Other hooks of a client, which are passed on where Kerb's folder stands before another one. */
export const passedHooks = [
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'prepare-commit-msg', 'post-commit', 'pre-rebase'],
  ...['post-checkout', 'post-merge', 'pre-auto-gc', 'post-rewrite', 'reference-transaction', 'push-to-checkout'],
] as const;

/** What a script is made of. Paths are absolute. */
export interface HookParts {
  readonly version: string;
  /** KERB_HOME as it was; another one in the hook's environment takes the long way. */
  readonly home: string;
  readonly socket: string;
  /** What runs `kerb`, and `kerb` itself. */
  readonly runtime: string;
  readonly program: string;
  /** The memory that `kerb hook` may begin from, once that is there; null where there is none for this runtime. */
  readonly snapshot: string | null;
  /** Null where there is none. */
  readonly perl: string | null;
  readonly curl: string | null;
  /** Shell words that give the hook that was there before; see `previousBeside` and its like. */
  readonly previous: string;
}

/** So much room for new objects (MiB) that garbage is not collected before the process ends: it would take a tenth of its time. */
const hasty = '--max-semi-space-size=64 --min-semi-space-size=64';

/** How a script of Kerb's is known from any other. */
export const hookMark = '# kerb-hook';

/** The hook that was moved aside when this one took its place. */
export const previousBeside = '"$0.before-kerb"';

/** The hook of a folder that is named as core.hooksPath names it: from the root of the work tree, if it is relative. */
export function previousIn(folder: string, hook: string): string {
  return quoted(`${folder}/${hook}`);
}

/** The repository's own hook: its folder is that of the main work tree. */
export function previousOfRepository(hook: string): string {
  return `"$common/hooks/${hook}"`;
}

/** A judging hook's text. */
export function judgingScript(hook: JudgingHook, parts: HookParts): string {
  return `${head(hook, parts)}${beginnings[hook] ?? ''}${ask}${quickly[hook] ?? ''}${otherways}${bodies[hook]}`;
}

/** The text of a hook that only passes on. */
export function passingScript(hook: string, parts: Pick<HookParts, 'previous' | 'version'>): string {
  return `#!/bin/sh
${hookMark} ${parts.version} ${hook}: passes on to the hook that git would run without Kerb
${common}previous=${parts.previous}
[ -x "$previous" ] || exit 0
exec "$previous" "$@"
`;
}

/** A text as one word of a shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** git's folder of the repository, without a start of git: a linked work tree names it in a file. */
const common = `gitdir=\${GIT_DIR:-.git}
common=$gitdir
if [ -f "$gitdir/commondir" ]; then read -r common <"$gitdir/commondir"; case $common in /*) ;; *) common=$gitdir/$common ;; esac; fi
`;

function head(hook: JudgingHook, parts: HookParts): string {
  return `#!/bin/sh
${hookMark} ${parts.version} ${hook}
# Kerb judges what git is about to do. \`kerb hooks install\` wrote this, \`kerb hooks uninstall\` takes it away.
home=${quoted(parts.home)}
socket=${quoted(parts.socket)}
runtime=${quoted(parts.runtime)}
program=${quoted(parts.program)}
snapshot=${quoted(parts.snapshot ?? '')}
perl=${quoted(parts.perl ?? '')}
curl=${quoted(parts.curl ?? '')}
client=${quoted(`client ${hook} ${parts.version}`)}
${common}previous=${parts.previous}
remote= merged= edited=
nl='
'
`;
}

/**
 * `ask FIELD` reads values from stdin and puts FIELD before each; `message` takes all of it. It exits with 0 for pass, 1 for
 * block, and anything else where nobody has answered: an answer that broke off is none. `ask index` reads nothing and does not
 * come back: perl takes the shell's place, and gives it back to the hook's `slowly` where nobody answers.
 */
const ask = `# What is asked: where the daemon dies before it answers, whoever judges then says so and the decision is kept once.
if [ "\${1-}" != slowly ] || [ -z "\${KERB_QUESTION-}" ]; then
  KERB_QUESTION=$$-$PPID
  [ ! -r /proc/sys/kernel/random/uuid ] || { read -r uuid </proc/sys/kernel/random/uuid && KERB_QUESTION=$KERB_QUESTION-$uuid; }
  export KERB_QUESTION
fi
speak='
my ($socket, $field, @head) = @ARGV;
sub nobody { exec("/bin/sh", $field, "slowly") if $field =~ m{/}; exit 9 }
nobody() unless -o $socket and not grep { /\\n/ } @head;
local $/;
my $in = $field =~ m{/} ? "" : <STDIN>;
nobody() unless defined $in and ($in =~ /\\S/ or $field =~ m{/});
my $body = join("", map { "$_\\n" } @head) . ($field eq "message" ? "\\n$in" : join("", map { "$field $_\\n" } split(/\\n/, $in)));
my $address = $^O =~ /^(linux|cygwin|msys|solaris)$/ ? pack("S a*", 1, $socket) : pack("C C a*", length($socket) + 2, 1, $socket);
$SIG{ALRM} = \\&nobody;
alarm 120;
socket(S, 1, 1, 0) and connect(S, $address) or nobody();
my $old = select(S); $| = 1; select($old);
# One that is gone already would end this without a word, and git says none of it either.
$SIG{PIPE} = "IGNORE";
my $sent = print S "POST /v1/decide HTTP/1.0\\r\\nHost: kerb\\r\\nContent-Type: text/plain\\r\\nAccept: text/plain\\r\\nContent-Length: " . length($body) . "\\r\\n\\r\\n$body";
$SIG{PIPE} = "DEFAULT";
nobody() unless $sent;
my ($got, $top, $answer, $length) = ("");
while (sysread(S, $got, 65536, length($got))) {
  ($top, $answer) = split(/\\r\\n\\r\\n/, $got, 2);
  ($length) = $top =~ /^content-length: *(\\d+)/mi or next;
  last if defined $answer and length($answer) >= $length;
}
nobody() unless defined $answer and $top =~ m{^HTTP/1\\.[01] 200 } and defined $length and $length == length($answer);
nobody() unless $answer =~ s/^(pass|block)\\n//;
my $pass = $1 eq "pass";
print STDERR $answer;
exit($pass ? 0 : 1);
'
ask() {
  field=$1 gate=$2
  case $PWD\${KERB_BREAK_GLASS-} in *"$nl"*) return 9 ;; esac
  [ -S "$socket" ] && [ "\${KERB_HOME:-$home}" = "$home" ] && { [ -e .git ] || [ -e refs ]; } || return 9
  # The repository may be another one than that of this folder (--git-dir): then it is found the long way.
  [ ! -d .git ] || case \${GIT_DIR-.git} in .git | "$PWD/.git") ;; *) return 9 ;; esac
  set -- "gate $gate" "$client" "root $PWD" "question $KERB_QUESTION"
  [ -z "\${KERB_BREAK_GLASS-}" ] || set -- "$@" "break-glass $KERB_BREAK_GLASS"
  [ -z "\${remote-}" ] || set -- "$@" "$remote"
  [ -z "\${edited-}" ] || set -- "$@" "$edited"
  for id in \${merged-}; do set -- "$@" "merged $id"; done
  if [ -n "$perl" ] && [ -x "$perl" ]; then
    # It need not set up the language of messages that it never says.
    [ "$field" != index ] || PERL5OPT= PERL_SKIP_LOCALE_INIT=1 exec "$perl" -e "$speak" "$socket" "$0" "$@" "index $GIT_INDEX_FILE"
    PERL5OPT= "$perl" -e "$speak" "$socket" "$field" "$@"
  elif [ "$field" != index ] && [ -n "$curl" ] && [ -x "$curl" ]; then
    by_curl "$field" "$@"
  else
    return 9
  fi
}
# A hook of Kerb's that comes after this one passes on: it is judged already.
follow() {
  [ -x "$previous" ] || return 0
  KERB_JUDGED="$client $PWD" "$previous" "$@"
}
[ "\${KERB_JUDGED-}" != "$client $PWD" ] || { follow "$@"; exit; }
`;

/** The other ways to ask. A shell reads a script as it runs it, so what comes later costs nothing where perl has taken its place. */
const otherways = `by_curl() {
  [ -O "$socket" ] || return 9
  field=$1 && shift && body=
  for line in "$@"; do body=$body$line$nl; done
  while IFS= read -r line || [ -n "$line" ]; do
    if [ "$field" = message ]; then said=\${said-$nl}$line$nl; else body="$body$field $line$nl"; fi
  done
  answer=$(printf '%s' "$body\${said-}" | "$curl" --silent --fail --max-time 120 --unix-socket "$socket" \\
    -H 'Content-Type: text/plain' -H 'Accept: text/plain' --data-binary @- http://kerb/v1/decide && echo end) || return 9
  answer=\${answer%end}
  case $answer in
    "pass$nl"*) printf '%s' "\${answer#pass$nl}" >&2; return 0 ;;
    "block$nl"*) printf '%s' "\${answer#block$nl}" >&2; return 1 ;;
  esac
  return 9
}
nobody() { return 9; }
# kerb hook NAME …: asks as well, and judges here where nobody answers. It takes the place of the shell that calls it. What
# a person tells their own Node by its environment is not meant for this one.
here() {
  if [ -x "$runtime" ] && [ -e "$program" ]; then
    KERB_HOME=\${KERB_HOME:-$home} NODE_OPTIONS= ELECTRON_RUN_AS_NODE=1 exec "$runtime" ${hasty} "$program" hook "$@"
  elif command -v kerb >/dev/null 2>&1; then
    exec kerb hook "$@"
  else
    echo "Kerb: $runtime and $program, which installed this hook, are not there any more, so there is no verdict." >&2
    echo "Run \\\`kerb hooks install\\\` again, with the Kerb that you have now." >&2
    exit 2
  fi
}
sooner() { KERB_HOME=\${KERB_HOME:-$home} NODE_OPTIONS= ELECTRON_RUN_AS_NODE=1 exec "$runtime" --snapshot-blob "$snapshot" ${hasty} "$program" hook "$@"; }
# Goes on with the first line that it prints: what it does after that, nobody waits for.
answered() {
  said=
  if [ -s "$snapshot" ] && [ -x "$runtime" ]; then
    said=$(export KERB_HOOK_ANSWER=stdout && sooner "$@" &)
    # No word at all: this runtime is not the one that it was made for any more.
    [ -n "$said" ] || rm -f "$snapshot"
  fi
  [ -n "$said" ] || said=$(export KERB_HOOK_ANSWER=stdout && here "$@" &)
  [ "$said" = pass ]
}
`;

const byIndex = `# The index says most often which tree it is: then git need not be started.
[ "\${1-}" = slowly ] || [ -x "$previous" ] || [ -z "\${GIT_INDEX_FILE-}" ] || ask index commit
`;

const commitBody = (hook: string): string => `judge() {
  if [ -x "$previous" ]; then tree=$(git write-tree) && printf '%s\\n' "$tree" | ask tree commit
  elif [ -S "$socket" ]; then git write-tree | ask tree commit
  else nobody; fi
  case $? in
    0) ;;
    1) exit 1 ;;
    *) answered ${hook} || exit 1 ;;
  esac
}
judge
[ -x "$previous" ] || exit 0
before=$tree
follow "$@" || exit $?
# What that hook has staged is judged too.
[ "$(git write-tree)" = "$before" ] || judge
`;

/** What comes once it is known how to ask. */
const quickly: Readonly<Partial<Record<JudgingHook, string>>> = {
  'pre-commit': byIndex,
  'pre-merge-commit': byIndex,
};

/** What comes before all that is only needed to ask. */
const beginnings: Readonly<Partial<Record<JudgingHook, string>>> = {
  'commit-msg': `case $1 in */*) folder=\${1%/*} ;; *) folder=. ;; esac
# The commit gate leaves this file where a policy speaks of messages.
[ -e "$folder/kerb-message" ] || [ -x "$previous" ] || exit 0
`,
  'pre-merge-commit': `# git writes MERGE_HEAD only after this hook. Until then it says in the environment what it merges: GITHEAD_<id>=<name>.
merged=$(export -p | while IFS= read -r line; do
  case $line in
    'export GITHEAD_'*=* | 'declare -x GITHEAD_'*=*) line=\${line#*GITHEAD_} && printf '%s ' "\${line%%=*}" ;;
  esac
done)
`,
};

const bodies: Readonly<Record<JudgingHook, string>> = {
  'pre-commit': commitBody('pre-commit'),
  'pre-merge-commit': commitBody('pre-merge-commit'),
  'commit-msg': `if [ -e "$folder/kerb-message" ]; then
  # So git says that it starts no editor: then it keeps what looks like comments.
  [ "\${GIT_EDITOR-}" != : ] || edited='edited no'
  ask message message <"$1"
  case $? in 0) ;; 1) exit 1 ;; *) (here commit-msg "$1") || exit 1 ;; esac
fi
follow "$@"
`,
  'pre-push': `updates=
while IFS= read -r line; do updates=$updates$line$nl; done
remote="remote $1 $2"
if [ -n "$updates" ]; then
  printf '%s' "$updates" | ask update push
  case $? in 0) ;; 1) exit 1 ;; *) printf '%s' "$updates" | here pre-push "$1" "$2" || exit 1 ;; esac
fi
[ -x "$previous" ] || exit 0
printf '%s' "$updates" | follow "$@"
`,
};

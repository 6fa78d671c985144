export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/** Each script only asks `nws __complete` with the words typed so far: what can follow is decided there, from the commands themselves. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion for nws
_nws() {
  local IFS=$'\\n' cur="\${COMP_WORDS[COMP_CWORD]}" candidates
  candidates=$(nws __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=()
  local candidate
  for candidate in $candidates; do
    # What readline inserts is not quoted by itself: names may have spaces.
    [[ "$candidate" == "$cur"* ]] && COMPREPLY+=("$(printf '%q' "$candidate")")
  done
  # A name of a file, where nothing else is known.
  [[ \${#COMPREPLY[@]} -eq 0 ]] && compopt -o default
  return 0
}
complete -F _nws nws`,

  zsh: `#compdef nws
_nws() {
  local -a candidates
  candidates=("\${(@f)$(nws __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$candidates" ]]; then
    compadd -a candidates
  else
    _files
  fi
}
if [[ "$funcstack[1]" == "_nws" ]]; then _nws "$@"; else compdef _nws nws; fi`,

  fish: `# fish completion for nws
function __nws_complete
  set -l words (commandline -opc) (commandline -ct)
  nws __complete -- $words[2..-1] 2>/dev/null
end
complete -c nws -f -a '(__nws_complete)'`,
};

export function completionScript(shell: Shell): string {
  return scripts[shell];
}

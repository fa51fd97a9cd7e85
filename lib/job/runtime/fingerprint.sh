# ----------------------------------------------------------------------------------------------------- fingerprints

# The digest of a tree, "lab-tree/1": sha256 over that name and NUL; for each of the modes 100644 and 100755 (executable
# by its owner) the mode and NUL, then for every regular file of that mode, sorted by the bytes of its path, the hex sha256
# of its content, two blanks, its path and NUL; then 120000 and NUL, and for every symbolic link, sorted likewise, its
# target, NUL, its path and NUL. Directories do not count. False if something could not be read.
lab_tree_digest() (
  set -o pipefail
  cd -- "$1" || return
  digest=$(lab_tree_listing | sha256sum) || return
  printf 'sha256:%s\n' "${digest%% *}"
)

lab_tree_listing() {
  printf 'lab-tree/1\0' &&
    printf '100644\0' && find . -type f ! -perm -100 -print0 | sort -z | lab_sums &&
    printf '100755\0' && find . -type f -perm -100 -print0 | sort -z | lab_sums &&
    printf '120000\0' && lab_links
}

# `<hex>  <path>` and NUL for each `./<path>`: a file called `-` would be standard input. Old coreutils (before 8.25) end
# lines with a newline, and escape names for that.
lab_sums() {
  lab_sums_of_names | LC_ALL=C sed -z 's/^\([0-9a-f]*  \)\.\//\1/'
}

lab_sums_of_names() {
  if sha256sum -z /dev/null >/dev/null 2>&1; then
    xargs -0 -r sha256sum -z --
  else
    xargs -0 -r sha256sum -- | sed '/^\\/{s/^\\//;s/\\\\/\x01/g;s/\\n/\x02/g}' | tr '\n\002\001' '\0\n\\'
  fi
}

lab_links() {
  local link target
  local -A targets=()
  while IFS= read -r -d '' link && IFS= read -r -d '' target; do
    targets["/$link"]=$target
  done < <(find . -type l -printf '%P\0%l\0')
  while IFS= read -r -d '' link; do
    printf '%s\0%s\0' "${targets["/$link"]}" "$link"
  done < <(find . -type l -printf '%P\0' | sort -z)
}

# The fingerprint by names, sizes and times, "lab-stat/1": sha256 over that name and NUL, then `file` or `directory` and NUL
# (a link that is given is followed), then records, each with a NUL at its end, sorted by their bytes: for a file
# `//<size> <mtime>`; in a directory `<path>//<size> <mtime>` for each regular file below it and `<path>//-> <target>` for
# each symbolic link. Sizes in bytes, times in whole seconds since 1970 (mounts differ in what they keep of a second).
lab_stat_fingerprint() (
  set -o pipefail
  export TZ=UTC0
  if [[ -d $1 ]]; then kind=directory; else kind='file'; fi
  digest=$({ printf 'lab-stat/1\0%s\0' $kind && lab_stat_records "$1" | sort -z; } | sha256sum) || return
  printf 'sha256:%s\n' "${digest%% *}"
)

lab_stat_records() {
  if [[ -d $1 ]]; then
    cd -- "$1" && find . -type f -printf '%P//%s %Ts\0' -o -type l -printf '%P//-> %l\0'
  else
    stat -L --printf '//%s %Y\0' -- "$1"
  fi
}

# The fingerprint by content: of a file the sha256 of its bytes, of a directory its tree digest.
lab_content_fingerprint() {
  local digest
  if [[ -d $1 ]]; then
    lab_tree_digest "$1"
  else
    digest=$(sha256sum <"$1") && printf 'sha256:%s\n' "${digest%% *}"
  fi
}

lab_fingerprint() {
  case $1 in
    stat) lab_stat_fingerprint "$2" ;;
    sha256) lab_content_fingerprint "$2" ;;
  esac
}

# How many regular files, and how many bytes in them; in REPLY as two words.
lab_measure() {
  REPLY=$(find -H "$1" -type f -printf '%s\n' 2>/dev/null | awk '{ bytes += $1 } END { printf "%.0f %.0f", NR, bytes }')
}

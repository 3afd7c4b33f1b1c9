#!/bin/sh
# Versions: PyPI keyrings.alt 5.0.2 with keyring 25.7.0. Seen 2026-11-28.
#
# Behaviour: the file backends of keyrings.alt, for machines where no keyring of a desktop runs (containers, CI), keep one
# password for two user names that differ in case only: the second that is stored replaces the first, without an error, and
# deleting one deletes both. Services are told apart by case: they are sections of an INI file. Users are the names of options
# in it, which Python's configparser makes lower case unless `optionxform` is replaced. keyring's README ("API interface")
# has set_password, get_password and delete_password go by service and username, as they were given.
#
# Output seen:
#   service, Token: second
#   service, token: second
#   Service, token: third
#   after delete of token: service, Token: None
#
# Needs python3 >= 3.10 with venv. Exits 0 while it is so, 1 when it has changed, 2 when it could not run.
set -u
dir=$(mktemp -d) || exit 2
trap 'rm -rf "$dir"' EXIT
trap 'exit 2' HUP INT TERM
cd "$dir" || exit 2

install() {
  timeout 300 python3 -m venv py &&
    timeout 300 py/bin/pip install -q --disable-pip-version-check keyrings.alt==5.0.2 keyring==25.7.0
}
if ! install >install.log 2>&1; then
  cat install.log
  exit 2
fi

cat > try.py <<'PY'
from keyrings.alt.file import PlaintextKeyring

ring = PlaintextKeyring()
ring.file_path = "passwords.cfg"
ring.set_password("service", "Token", "first")
ring.set_password("service", "token", "second")
ring.set_password("Service", "token", "third")
for service, user in [("service", "Token"), ("service", "token"), ("Service", "token")]:
    print(f"{service}, {user}: {ring.get_password(service, user)}")
ring.delete_password("service", "token")
print(f"after delete of token: service, Token: {ring.get_password('service', 'Token')}")
PY
timeout 60 py/bin/python try.py > seen || exit 2
cat seen

cat > expected <<'SEEN'
service, Token: second
service, token: second
Service, token: third
after delete of token: service, Token: None
SEEN
diff expected seen || exit 1

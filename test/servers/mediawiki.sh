#!/bin/sh
# A real MediaWiki from Debian's packages, on SQLite, at a loopback port: no service, no web server, nothing outside DIR and PACKAGES
# but PHP itself, which is installed where it is missing and this is root. Runs until its process group is ended.
# usage: mediawiki.sh DIR PORT PACKAGES PASSWORD   DIR is empty; PACKAGES keeps the downloads; while DIR/lagged exists, the wiki says maxlag.
set -eu
dir=$1 port=$2 packages=$3 password=$4
export DEBIAN_FRONTEND=noninteractive

apt() { apt-get "$@" || { apt-get update && apt-get "$@"; }; }

has_php() { command -v php >/dev/null && php -r 'foreach (["sqlite3", "mbstring", "xml", "intl"] as $e) extension_loaded($e) || exit(1);'; }
if ! has_php; then
  [ "$(id -u)" = 0 ] || { echo 'install php-cli php-sqlite3 php-mbstring php-xml php-intl first' >&2; exit 1; }
  apt install -y --no-install-recommends php-cli php-sqlite3 php-mbstring php-xml php-intl
fi
mkdir -p "$packages"
(cd "$packages" && { ls mediawiki_*.deb mediawiki-classes_*.deb >/dev/null 2>&1 || apt download mediawiki mediawiki-classes; })

mkdir "$dir/unpacked" "$dir/data"
for package in "$packages"/*.deb; do dpkg -x "$package" "$dir/unpacked"; done
mv "$dir/unpacked/usr/share/mediawiki" "$dir/root"
cd "$dir/root"
rm -rf LocalSettings.php config extensions images         # links that lead nowhere outside the package's own layout
mkdir images extensions
php maintenance/install.php --dbtype sqlite --dbpath "$dir/data" --dbname wiki \
  --server "http://127.0.0.1:$port" --scriptpath '' --pass "$password" 'Watched wiki' Admin
cat >>LocalSettings.php <<END

\$wgHooks['ApiMaxLagInfo'][] = static function ( &\$lag ) {
	if ( is_file( '$dir/lagged' ) ) {
		\$lag = [ 'host' => 'replica', 'lag' => 7, 'type' => 'db' ];
	}
};
END
PHP_CLI_SERVER_WORKERS=4 exec php -S "127.0.0.1:$port" -t "$dir/root"

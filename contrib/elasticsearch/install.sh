#!/bin/sh
# SPDX-License-Identifier: ISC

usage="usage: install.sh --url URL [OPTIONS]

Puts the index template and the ingest pipeline into Elasticsearch 7.10 or newer, or OpenSearch, and
with --kibana the dashboards into Kibana or OpenSearch Dashboards. What is there already is replaced.

  --url URL       the engine, as http://127.0.0.1:9200
  --kibana URL    Kibana or OpenSearch Dashboards, as http://127.0.0.1:5601 (/s/NAME for a space)
  --user NAME     the password is asked for, or taken from the environment: ELK_PASSWORD
  --cacert FILE   the certificate that signed the engine's and Kibana's own
  --index NAME    the indices are called NAME-..., not opensmtpd-...; so the shipper has to call them
  --keep DAYS     delete an index after so many days (ILM or ISM, whichever the engine has)
  --shards N      so many shards in each index, not 1
  --replicas N    so many copies of each shard; else one, as soon as there is a second node
  --data-stream   the template makes data streams, not an index a day
  --geoip         also the pipeline opensmtpd-geoip; needs the engine's geoip processor
  --dry-run       only ask the engine who it is, and say what would be sent
  --help"

set -eu

here=$(cd "$(dirname "$0")" && pwd)
dashboards=$here/../../dashboards/opensmtpd.ndjson

fail() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

wrong_usage() {
    printf 'install.sh: %s\n%s\n' "$*" "$usage" >&2
    exit 2
}

url='' kibana='' user='' cacert='' prefix=opensmtpd keep='' shards=1 replicas='' template=index-template.json geoip=false dry_run=false
while [ $# -gt 0 ]; do
    case $1 in
    --url | --kibana | --user | --cacert | --index | --keep | --shards | --replicas)
        [ -n "${2:-}" ] || wrong_usage "$1 needs a value"
        case $1 in
        --url) url=${2%/} ;;
        --kibana) kibana=${2%/} ;;
        --user) user=$2 ;;
        --cacert) cacert=$2 ;;
        --index) prefix=$2 ;;
        --keep) keep=$2 ;;
        --shards) shards=$2 ;;
        --replicas) replicas=$2 ;;
        esac
        shift 2
        ;;
    --data-stream) template=index-template-data-stream.json && shift ;;
    --geoip) geoip=true && shift ;;
    --dry-run) dry_run=true && shift ;;
    --help) printf '%s\n' "$usage" && exit 0 ;;
    *) wrong_usage "unknown option $1" ;;
    esac
done
[ -n "$url" ] || wrong_usage "--url is missing"
case $url in *@*) wrong_usage "no password in --url: take --user" ;; esac
case $kibana in *@*) wrong_usage "no password in --kibana: take --user" ;; esac
case $prefix in *[!a-z0-9_.-]* | [!a-z0-9]*) wrong_usage "--index takes small letters, digits, _, . and -" ;; esac
case $keep in *[!0-9]* | 0*) wrong_usage "--keep takes a number of days" ;; esac
case $shards in *[!0-9]* | 0*) wrong_usage "--shards takes a number from 1" ;; esac
case $replicas in *[!0-9]* | 0?*) wrong_usage "--replicas takes a number" ;; esac
[ -z "$keep" ] || [ "$keep" -gt 3 ] || wrong_usage "--keep: more than 3 days, as an index is merged after 3"
[ -z "$keep" ] || [ "$template" = index-template.json ] ||
    wrong_usage "--keep is for an index a day: a data stream needs a policy with rollover"
command -v curl >/dev/null || fail "curl is not installed"

ask_password() {
    [ -t 0 ] || fail "no terminal to ask for the password of $user: set ELK_PASSWORD"
    printf 'password of %s: ' "$user" >&2
    trap 'stty echo; exit 130' INT TERM
    stty -echo
    IFS= read -r password
    stty echo
    trap - INT TERM
    echo >&2
}

password=${ELK_PASSWORD:-}
[ -z "$user" ] || [ -n "$password" ] || ask_password

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A command line can be seen by every user of the machine, so the password goes in by standard input.
secret() {
    [ -z "$user" ] || printf '%s:%s' "$user" "$password" | sed 's/[\\"]/\\&/g; s/^/user = "/; s/$/"/'
}

# request METHOD URL [ARGUMENTS OF curl]: sets $status (000: no answer), the answer is in $work/answer.
request() {
    method=$1 address=$2
    shift 2
    : >"$work/answer"
    [ -z "$cacert" ] || set -- --cacert "$cacert" "$@"
    status=$(secret | curl -sS -K - -m 60 -X "$method" -o "$work/answer" -w '%{http_code}' \
        "$@" "$address" 2>"$work/trouble") || status=000
}

# What every request can meet.
check_answer() {
    case $status in
    2??) ;;
    000) fail "no answer from $1: $(cat "$work/trouble")" ;;
    401)
        [ -n "$user" ] || fail "$1 wants a password: --user NAME"
        fail "$1 refuses the password of $user"
        ;;
    403) fail "$1 does not let ${user:-everyone} do this: $(cat "$work/answer")" ;;
    *) fail "$1 answers $status: $(cut -c1-500 "$work/answer")" ;;
    esac
}

# What only Kibana and OpenSearch Dashboards answer so, where the engine was expected.
check_is_engine() {
    case $status:$(cat "$work/answer") in
    302:* | 404:*'"statusCode"'*)
        fail "$1 is the address of Kibana or OpenSearch Dashboards: --url takes the engine's, often with port 9200" ;;
    esac
    check_answer "$1"
}

# What an import can meet besides.
check_is_kibana() {
    case $status:$(cat "$work/answer") in
    406:* | 405:* | 400:*'"no handler found'* | 404:*index_not_found*)
        fail "$1 is the address of the engine: --kibana takes that of Kibana or OpenSearch Dashboards, often with port 5601" ;;
    302:* | 303:*)
        fail "$1 leads to another page, perhaps to log in: give --user, and in --kibana its path (server.basePath) if it has one" ;;
    404:*)
        case $1 in
        */s/*) fail "$1: there is no such space, or this Kibana has no spaces: make it first, or leave out /s/${1##*/s/}" ;;
        *) fail "$1 answers 404: there is no Kibana at this path; with server.basePath its path belongs to the address" ;;
        esac
        ;;
    esac
    check_answer "$1"
}

# put WHAT PATH FILE
put() {
    if $dry_run; then
        echo "would send $1: PUT $url/$2"
        return
    fi
    request PUT "$url/$2" -H 'content-type: application/json' --data-binary "@$3"
    case $status:$(cat "$work/answer") in
    400:*"No processor type exists with name [geoip]"*)
        fail "this engine has no geoip processor: leave out --geoip, or install its plugin ingest-geoip" ;;
    400:*"unknown field [data_stream]"*) fail "this engine has no data streams: leave out --data-stream" ;;
    esac
    check_answer "$url/$2"
    echo "$1: there"
}

identify() {
    request GET "$url/"
    check_is_engine "$url"
    version=$(sed -n 's/.*"number" *: *"\([0-9][0-9.]*\).*/\1/p' "$work/answer")
    [ -n "$version" ] || fail "$url is neither Elasticsearch nor OpenSearch"
    if grep -qi opensearch "$work/answer"; then
        engine=OpenSearch
        return
    fi
    engine=Elasticsearch
    major=${version%%.*} rest=${version#*.}
    [ "$major" -gt 7 ] || { [ "$major" -eq 7 ] && [ "${rest%%.*}" -ge 10 ]; } ||
        fail "Elasticsearch $version is too old: 7.10 or newer is needed"
}

# ILM belongs to Elastic's licence, ISM is a plugin: an engine can be without either.
choose_lifecycle() {
    if [ "$engine" = OpenSearch ]; then
        policy=ism-policy.json lifecycle=_plugins/_ism/policies
    else
        policy=ilm-policy.json lifecycle=_ilm/policy
    fi
    request GET "$url/$lifecycle/$prefix"
    # 404 says that there is no such policy yet, unless the engine took _ilm for an index.
    case $status:$(cat "$work/answer") in
    400:* | 405:* | 404:*'"index":"_ilm"'*)
        fail "this $engine deletes nothing by age: it has no $lifecycle. Leave out --keep" ;;
    404:*) ;;
    *) check_answer "$url" ;;
    esac
}

# with_prefix FILE: its text, in which the indices are called as --index says.
with_prefix() {
    sed "s/\"opensmtpd-\*\"/\"$prefix-*\"/" "$1"
}

put_lifecycle() {
    with_prefix "$here/$policy" | sed "s/\"30d\"/\"${keep}d\"/; s/after 30\"/after $keep\"/" >"$work/policy"
    path=$lifecycle/$prefix
    if [ "$engine" = OpenSearch ] && [ "$status" = 200 ]; then # ISM replaces only what one has seen
        number=$(sed -n 's/.*"_seq_no" *: *\([0-9]*\).*/\1/p' "$work/answer")
        term=$(sed -n 's/.*"_primary_term" *: *\([0-9]*\).*/\1/p' "$work/answer")
        path="$path?if_seq_no=$number&if_primary_term=$term"
    fi
    put "lifecycle: indices are deleted after $keep days" "$path" "$work/policy"
}

# change_template PATTERN TEXT, as of sed
change_template() {
    grep -q "$1" "$work/template" || fail "$template has no $1"
    sed "s/$1/$2/" "$work/template" >"$work/changed"
    mv "$work/changed" "$work/template"
}

# An ISM policy names its indices itself; ILM's is named by each index, so by the template.
put_template() {
    with_prefix "$here/$template" >"$work/template"
    [ "$shards" = 1 ] || change_template '"number_of_shards": *1' "\"number_of_shards\": $shards"
    [ -z "$replicas" ] || change_template '"auto_expand_replicas": *"0-1"' "\"number_of_replicas\": $replicas"
    if [ -n "$keep" ] && [ "$engine" = Elasticsearch ]; then
        change_template '"settings" *: *{' "&\"index.lifecycle.name\": \"$prefix\","
    fi
    put "index template" "_index_template/$prefix" "$work/template"
}

import_dashboards() {
    if $dry_run; then
        echo "would send dashboards: POST $kibana/api/saved_objects/_import?overwrite=true"
        return
    fi
    with_prefix "$dashboards" >"$work/dashboards.ndjson"
    # Kibana asks for the one header, OpenSearch Dashboards for the other.
    request POST "$kibana/api/saved_objects/_import?overwrite=true" -H 'kbn-xsrf: true' -H 'osd-xsrf: true' \
        -F "file=@$work/dashboards.ndjson;filename=opensmtpd.ndjson"
    check_is_kibana "$kibana"
    grep -q '"success" *: *true' "$work/answer" || fail "$kibana took not all: $(cut -c1-1000 "$work/answer")"
    echo "dashboards: there, see [OpenSMTPD] Overview"
}

identify
echo "$engine $version at $url"
[ -z "$keep" ] || choose_lifecycle
[ -z "$keep" ] || put_lifecycle
put_template
put "ingest pipeline opensmtpd" _ingest/pipeline/opensmtpd "$here/ingest-pipeline.json"
! $geoip || put "ingest pipeline opensmtpd-geoip" _ingest/pipeline/opensmtpd-geoip "$here/ingest-pipeline-geoip.json"
[ -z "$kibana" ] || import_dashboards

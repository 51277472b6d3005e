#!/bin/sh
# Creates the namespace and its search attributes, and ends when all of them can be used.
# May be run again. Needs TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and RETENTION (such as 30d), and an
# administrator's token in the file TEMPORAL_API_KEY_FILE where the server asks for one.
set -eu

if [ -n "${TEMPORAL_API_KEY_FILE:-}" ]; then
    TEMPORAL_API_KEY=$(cat "$TEMPORAL_API_KEY_FILE")
    export TEMPORAL_API_KEY
fi

attributes="TicketState=Keyword TicketKind=Keyword TicketPartner=Keyword \
TicketDueAt=Datetime TicketAttention=KeywordList"

# The port is open before the server serves.
attempts=60
until refused=$(temporal operator namespace list 2>&1); do
    attempts=$((attempts - 1))
    if [ "$attempts" -eq 0 ]; then
        echo "Temporal does not serve, or not us: $refused" >&2
        echo "The token is good for an hour: deploy/make-secrets.sh makes a new one." >&2
        exit 1
    fi
    sleep 2
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1; then
    temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
    temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# name=type of each attribute that is not visible yet
missing() {
    visible=$(temporal operator search-attribute list --namespace "$TEMPORAL_NAMESPACE") || visible=""
    for attribute in $attributes; do
        echo "$visible" | grep -Eq "^ *${attribute%=*} +${attribute#*=} *$" || echo "$attribute"
    done
}

# Registration is racy: an attribute that was accepted can be lost when the next one comes at once,
# and a new namespace is not known everywhere at once. So: one at a time, until all are visible.
attempts=60
while [ -n "$(missing)" ]; do
    attempts=$((attempts - 1))
    if [ "$attempts" -eq 0 ]; then
        echo "Search attributes not visible after two minutes:" $(missing) >&2
        exit 1
    fi
    for attribute in $(missing); do
        temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" \
            --name "${attribute%=*}" --type "${attribute#*=}" || true
    done
    sleep 2
done
echo "Namespace $TEMPORAL_NAMESPACE has all its search attributes."

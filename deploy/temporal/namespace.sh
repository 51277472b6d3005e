#!/bin/sh
# Creates the namespace and its search attributes, and ends when all of them can be used.
# May be run again. Needs TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and RETENTION (such as 30d).
set -eu

attributes="TicketState=Keyword TicketKind=Keyword TicketPartner=Keyword \
TicketDueAt=Datetime TicketAttention=KeywordList"

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

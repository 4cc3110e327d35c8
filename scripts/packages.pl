# Reads the stanzas of `apt-cache show` and writes one document as JSON on a line for each.
use strict;
use warnings;

my %escapes = ('"' => '\"', '\\' => '\\\\', "\n" => '\n', "\t" => '\t');

sub quoted {
    my ($text) = @_;
    utf8::decode($text) or $text =~ s/[^\x00-\x7f]/?/g;
    $text =~ s/(["\\\x00-\x1f\x7f])/$escapes{$1} \/\/ sprintf('\u%04x', ord $1)/ge;
    utf8::encode($text);
    return qq("$text");
}

# Debian's long descriptions: one leading space a line, a lone full stop for an empty one.
sub paragraphs {
    my ($text) = @_;
    $text =~ s/^ //gm;
    $text =~ s/^\.$//gm;
    return $text;
}

sub document {
    my ($fields) = @_;
    my $description = $fields->{'Description-en'} // $fields->{Description} // '';
    my ($summary, $body) = split /\n/, $description, 2;
    my $title = length($summary // '') ? "$fields->{Package} - $summary" : $fields->{Package};
    my @attributes;
    for my $name (qw(Section Priority Maintainer)) {
        push @attributes, quoted(lc $name) . ':' . quoted($fields->{$name})
            if length($fields->{$name} // '');
    }
    my @tags = grep { length } split /,\s*/, $fields->{Tag} // '';
    push @attributes, '"tags":[' . join(',', map { quoted($_) } @tags) . ']' if @tags;
    for my $name (qw(Size Installed-Size)) {
        (my $attribute = lc $name) =~ tr/-/_/;
        push @attributes, quoted($attribute) . ":$fields->{$name}"
            if ($fields->{$name} // '') =~ /^\d+$/;
    }
    return '{"id":' . quoted($fields->{Package}) . ',"title":' . quoted($title)
        . ',"body":' . quoted(paragraphs($body // ''))
        . ',"attributes":{' . join(',', @attributes) . "}}\n";
}

$/ = '';    # a stanza at a time
while (my $stanza = <STDIN>) {
    chomp $stanza;
    my %fields = map { /^([^:\s]+):[ ]?(.*)$/s ? ($1, $2) : () } split /\n(?=[^ \t])/, $stanza;
    $fields{Tag} =~ s/\n\s*/ /g if exists $fields{Tag};
    print document(\%fields) if length($fields{Package} // '');
}

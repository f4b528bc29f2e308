"""The rules as clinicians read them: sentences, what each rule touches, who reads which answer, and digests."""
